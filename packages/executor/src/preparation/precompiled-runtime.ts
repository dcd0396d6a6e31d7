import type { PrecompiledCode } from '@wasmwhisk/artifact';
import type { RuntimeSource } from '@wasmwhisk/runner';
import { isWasmRuntimeError, WasmRuntimeError } from '@wasmwhisk/runtime';

/**
 * The runtime of precompiled code, which is the one that it was made for. Whether version, target and
 * settings fit, that runtime says itself when it is given the code.
 *
 * @param wanted A runtime's name, or `auto`.
 * @throws WasmRuntimeError `WW_ERR_ARTIFACT_FOREIGN` when it is not there, or another one is wanted
 */
export async function choosePrecompiledRuntime(
  { runtime, engine }: PrecompiledCode,
  wanted: string,
  runtimes: RuntimeSource,
): Promise<string> {
  if (wanted !== 'auto' && wanted !== runtime)
    throw foreign(runtime, engine, `the runtime of this action is ${wanted}`);
  if (!runtimes.names.includes(runtime))
    throw foreign(runtime, engine, 'there is no such runtime here');
  try {
    await runtimes.get(runtime);
    return runtime;
  } catch (error) {
    if (!isWasmRuntimeError(error) || error.code !== 'WW_ERR_RUNTIME_UNAVAILABLE') throw error;
    throw foreign(runtime, engine, error.message.replace(/\.$/, ''), error);
  }
}

function foreign(runtime: string, engine: string, why: string, cause?: unknown): WasmRuntimeError {
  return new WasmRuntimeError(
    'WW_ERR_ARTIFACT_FOREIGN',
    `the code is precompiled for the runtime ${runtime} (${engine}), and ${why}. Send the plain .wasm file.`,
    { cause },
  );
}
