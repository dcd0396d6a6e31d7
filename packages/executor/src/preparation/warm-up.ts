import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import { executorError } from '../errors.js';
import { toInitFailure } from '../failure.js';
import type { Preparation } from './preparation.js';

/** Names of files that hold code: modules and components, precompiled ones, and archives. */
const codeFile = /\.(wasm|cwasm|zip|tgz|tar\.gz)$/i;

export interface WarmUpOptions {
  /** Looked at without its subfolders. */
  readonly folder: string;
  readonly preparation: Preparation;
  /** A runtime's name, or `auto`. */
  readonly runtime: string;
  /** Files longer than this are not read. */
  readonly codeBytesMax: number;
  /** Files at once. */
  readonly lanes: number;
  readonly logger: Logger;
  /** Looked at before each file: `true` ends it. */
  readonly stopped: () => boolean;
}

/** What became of a folder's files. */
export interface WarmUpResult {
  readonly prepared: number;
  readonly failed: number;
}

/**
 * Prepares every code in a folder, so that the first `/init` with it finds it compiled. What fails is
 * logged by its name and does not keep the others back.
 */
export async function warmUp(options: WarmUpOptions): Promise<WarmUpResult> {
  const { folder, logger } = options;
  let files: string[];
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    files = entries.flatMap((entry) =>
      !entry.isDirectory() && codeFile.test(entry.name) ? [entry.name] : [],
    );
  } catch (error) {
    logger.error({ folder, err: error }, 'the folder of runtime.warmFolder cannot be read');
    return { prepared: 0, failed: 0 };
  }
  files.sort();
  const startedAt = performance.now();
  logger.info({ folder, files: files.length }, 'preparing the code in a folder');
  const waiting = files.values();
  let prepared = 0;
  let failed = 0;
  const lane = async (): Promise<void> => {
    // The lanes share the iterator: each takes the next file that nobody has.
    for (const file of waiting) {
      if (options.stopped()) return;
      if (await prepareFile(file, options)) prepared += 1;
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  const tookMs = Math.round(performance.now() - startedAt);
  logger.info({ folder, files: files.length, prepared, failed, tookMs }, 'prepared a folder');
  return { prepared, failed };
}

async function prepareFile(file: string, options: WarmUpOptions): Promise<boolean> {
  const { folder, preparation, runtime, codeBytesMax, logger } = options;
  const startedAt = performance.now();
  try {
    const fullPath = path.join(folder, file);
    const { size } = await stat(fullPath);
    if (size > codeBytesMax)
      throw executorError(
        'WW_ERR_CODE_INVALID',
        `the file has ${String(size)} bytes, and limits.codeBytes is ${String(codeBytesMax)}.`,
      );
    // As an invoker sends it, so that its `/init` finds it by its digest.
    const code = Buffer.from((await readFile(fullPath)).toString('base64'));
    const lease = await preparation.prepare({ code, binary: true, main: 'main' }, () => runtime);
    lease.release();
  } catch (error) {
    const { code, text } = toInitFailure(error);
    logger.warn({ file, code, reason: text }, 'a file could not be prepared');
    return false;
  }
  const tookMs = Math.round(performance.now() - startedAt);
  logger.info({ file, tookMs }, 'prepared a file');
  return true;
}
