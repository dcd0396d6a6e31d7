import type { Artifact, PrecompiledClaims } from '@wasmwhisk/artifact';
import { RuntimeSource } from '@wasmwhisk/runner';
import type { Assessment } from '@wasmwhisk/runtime';
import { asCodeError, readCodeClaims } from './code-reading.js';
import type { ExecutorConfig } from './config/schema.js';
import type { DescriptorRequests } from './policy.js';
import { toIntakeLimits } from './preparation/intake-limits.js';
import type { CodeRequest } from './preparation/preparation.js';
import { TemporaryFolder } from './preparation/temporary-folder.js';
import { assess, runtimeModules } from './runtimes.js';

/** What the executor would make of a code, without compiling or running it. */
export interface CodeInspection {
  readonly artifact: Artifact;
  /** Of precompiled code, whose signature is trusted when it gets here: who signed it and what it is. */
  readonly precompiled: PrecompiledClaims | undefined;
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
 * @param runtimes Those to ask, which stay open. Default: those that ship, loaded for this call.
 *
 * @throws ExecutorError `WW_ERR_CODE_*`, WasmRuntimeError `WW_ERR_ARTIFACT_UNTRUSTED`
 */
export async function inspectCode(
  request: CodeRequest,
  { limits, policy }: Pick<ExecutorConfig, 'limits' | 'policy'>,
  runtimes?: RuntimeSource,
): Promise<CodeInspection> {
  // Loaded here: the executor itself takes code in in threads of its own.
  const { takeCode } = await import('./intake/intake.js');
  const folder = new TemporaryFolder();
  try {
    const filesFolder = await folder.path();
    const { precompiledKeys } = policy;
    const taken = await asCodeError(() =>
      takeCode({ ...request, limits: toIntakeLimits(limits), precompiledKeys, filesFolder }),
    );
    const { artifact, entry, entryFile, descriptor, files } = taken;
    const { count, bytes } = files;
    return {
      artifact,
      precompiled:
        artifact.precompiled === undefined ? undefined : await readCodeClaims(request, limits),
      entry,
      entryFile,
      descriptor,
      files: { count, bytes },
      runtimes: await assessAll(artifact, entry, runtimes),
    };
  } finally {
    await folder.remove();
  }
}

async function assessAll(
  { description, precompiled }: Artifact,
  entry: string | undefined,
  given: RuntimeSource | undefined,
): Promise<CodeInspection['runtimes']> {
  const source = given ?? new RuntimeSource(runtimeModules);
  try {
    return await Promise.all(
      source.names.map(async (name): Promise<CodeInspection['runtimes'][number]> => {
        if (precompiled !== undefined && precompiled.runtime !== name)
          return {
            name,
            assessment: {
              type: 'unsupported',
              reason: `it is precompiled for the runtime ${precompiled.runtime}`,
            },
          };
        try {
          return { name, assessment: assess(await source.get(name), description, { entry }) };
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          return { name, assessment: { type: 'unsupported', reason } as const };
        }
      }),
    );
  } finally {
    if (given === undefined) await source.close();
  }
}
