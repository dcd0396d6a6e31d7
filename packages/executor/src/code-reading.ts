import type { PrecompiledClaims } from '@wasmwhisk/artifact';
import type { ExecutorConfig } from './config/schema.js';
import { executorError } from './errors.js';
import { toIntakeLimits } from './preparation/intake-limits.js';
import type { CodeRequest } from './preparation/preparation.js';

type CodeLimits = ExecutorConfig['limits'];

/** A file of an archive, unpacked. */
export interface CodeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Unpacks the archive of a code, in this thread: all its files, the descriptor included.
 *
 * @returns `undefined` when the code is a bare module.
 * @throws ExecutorError `WW_ERR_CODE_*`
 */
export async function readCodeFiles(
  request: CodeRequest,
  limits: CodeLimits,
): Promise<readonly CodeFile[] | undefined> {
  const { openCode } = await import('./intake/intake.js');
  return asCodeError(async () => {
    const { archive } = await openCode({ ...request, limits: toIntakeLimits(limits) });
    return archive?.map((file) => ({ path: file.path, bytes: file.read() }));
  });
}

/**
 * What precompiled code says of itself, whether or not its signature is trusted. For messages only.
 *
 * @returns `undefined` when what would run is no precompiled code of ours, or cannot be read as such.
 * @throws ExecutorError `WW_ERR_CODE_*`
 */
export async function readCodeClaims(
  request: CodeRequest,
  limits: CodeLimits,
): Promise<PrecompiledClaims | undefined> {
  const { openCode } = await import('./intake/intake.js');
  const { chooseEntry } = await import('./intake/choose-entry.js');
  const { readDescriptor } = await import('./intake/descriptor.js');
  const { isArtifactError, isPrecompiledFile, readPrecompiledClaims } =
    await import('@wasmwhisk/artifact');
  return asCodeError(async () => {
    const opened = await openCode({ ...request, limits: toIntakeLimits(limits) });
    const { archive } = opened;
    const bytes =
      archive === undefined
        ? opened.bytes
        : chooseEntry(archive, request.main, readDescriptor(archive)).file.read();
    if (!isPrecompiledFile(bytes)) return undefined;
    try {
      return readPrecompiledClaims(bytes);
    } catch (error) {
      if (isArtifactError(error)) return undefined;
      throw error;
    }
  });
}

/** Makes an error of the executor of what the intake refuses. */
export async function asCodeError<Result>(work: () => Promise<Result>): Promise<Result> {
  const { isIntakeError } = await import('./intake/intake-error.js');
  try {
    return await work();
  } catch (error) {
    if (!isIntakeError(error)) throw error;
    throw executorError(
      error.stage === 'decode' ? 'WW_ERR_CODE_ENCODING' : 'WW_ERR_CODE_INVALID',
      error.message,
      error,
    );
  }
}
