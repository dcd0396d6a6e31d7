import type { Artifact } from '@wasmwhisk/artifact';
import { RuntimeSource } from '@wasmwhisk/runner';
import type { Assessment } from '@wasmwhisk/runtime';
import type { ExecutorConfig } from './config/schema.js';
import { executorError } from './errors.js';
import type { DescriptorRequests } from './policy.js';
import { toIntakeLimits } from './preparation/intake-limits.js';
import type { CodeRequest } from './preparation/preparation.js';
import { TemporaryFolder } from './preparation/temporary-folder.js';
import { runtimeModules } from './runtimes.js';

/** What the executor would make of a code, without compiling or running it. */
export interface CodeInspection {
  readonly artifact: Artifact;
  /** The export that `main` or the descriptor names. */
  readonly entry: string | undefined;
  /** Path of the module in its archive; `undefined` when it came bare. */
  readonly entryFile: string | undefined;
  readonly descriptor: DescriptorRequests | undefined;
  /** The archive's other files. */
  readonly files: { readonly count: number; readonly bytes: number };
  /** Every runtime that could be loaded or not, best first. */
  readonly runtimes: readonly { readonly name: string; readonly assessment: Assessment }[];
}

/**
 * Takes code in as an `/init` does, in this thread, and asks every runtime about it.
 *
 * @throws ExecutorError `WW_ERR_CODE_*`
 */
export async function inspectCode(
  request: CodeRequest,
  limits: ExecutorConfig['limits'],
): Promise<CodeInspection> {
  // Loaded here: the executor itself takes code in in threads of its own.
  const { takeCode } = await import('./intake/intake.js');
  const { isIntakeError } = await import('./intake/intake-error.js');
  const folder = new TemporaryFolder();
  try {
    const taken = await takeCode({
      ...request,
      limits: toIntakeLimits(limits),
      filesFolder: await folder.path(),
    });
    const { artifact, entry, entryFile, descriptor, files } = taken;
    const { count, bytes } = files;
    const runtimes = await assessAll(artifact);
    return { artifact, entry, entryFile, descriptor, files: { count, bytes }, runtimes };
  } catch (error) {
    if (!isIntakeError(error)) throw error;
    throw executorError(
      error.stage === 'decode' ? 'WW_ERR_CODE_ENCODING' : 'WW_ERR_CODE_INVALID',
      error.message,
      error,
    );
  } finally {
    await folder.remove();
  }
}

async function assessAll({ description }: Artifact): Promise<CodeInspection['runtimes']> {
  const source = new RuntimeSource(runtimeModules);
  try {
    return await Promise.all(
      Object.keys(runtimeModules).map(async (name) => {
        try {
          return { name, assessment: (await source.get(name)).assess(description) };
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          return { name, assessment: { type: 'unsupported', reason } as const };
        }
      }),
    );
  } finally {
    await source.close();
  }
}
