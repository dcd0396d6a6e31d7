import type { ArtifactDescription } from '@wasmwhisk/artifact';
import { WasmRuntimeError } from '@wasmwhisk/runtime';
import type { RuntimeModules, RuntimeSource } from '@wasmwhisk/runner';

/**
 * The one place that names the engines, best first. They are loaded when first needed, in each
 * thread, so that one that is not used costs nothing.
 */
export const runtimeModules: RuntimeModules = {
  v8: import.meta.resolve('@wasmwhisk/runtime-v8'),
  jco: import.meta.resolve('@wasmwhisk/runtime-jco'),
  wasmer: import.meta.resolve('@wasmwhisk/runtime-wasmer'),
};

/** The runtime of most actions: threads load it when they start. */
export const preferredRuntime = 'v8';

/** What `auto` tries, in this order. */
const automaticOrder = {
  module: ['v8', 'wasmer'],
  component: ['jco'],
} as const;

/**
 * Chooses the runtime of an artifact.
 *
 * @param wanted A runtime's name, or `auto`.
 * @throws WasmRuntimeError `WW_ERR_ARTIFACT_UNSUPPORTED` with every runtime's reason,
 *   `WW_ERR_RUNTIME_UNAVAILABLE` for an unknown name.
 */
export async function chooseRuntime(
  description: ArtifactDescription,
  wanted: string,
  runtimes: RuntimeSource,
): Promise<string> {
  const candidates = wanted === 'auto' ? automaticOrder[description.format] : [wanted];
  const reasons: string[] = [];
  for (const name of candidates) {
    const assessment = (await runtimes.get(name)).assess(description);
    if (assessment.type === 'supported') return name;
    reasons.push(`${name}: ${assessment.reason}`);
  }
  throw new WasmRuntimeError(
    'WW_ERR_ARTIFACT_UNSUPPORTED',
    `no runtime can run this ${description.format} (${reasons.join('; ')}).`,
  );
}
