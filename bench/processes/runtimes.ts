import { findMissingAddon } from '@wasmwhisk/runtime-wasmtime';

/** The runtimes that are measured side by side. */
export type MeasuredRuntime = 'wasmtime' | 'v8';

/** Which of them are here, the default first, and a line for each that is not. */
export interface RuntimesHere {
  readonly runtimes: readonly MeasuredRuntime[];
  readonly notes: readonly string[];
}

export function findRuntimes(): RuntimesHere {
  const missing = findMissingAddon();
  if (missing === undefined) return { runtimes: ['wasmtime', 'v8'], notes: [] };
  return { runtimes: ['v8'], notes: [`skipped: wasmtime. ${missing}`] };
}

/** For sections that measure what ships: the runtime that it takes for modules. */
export function noteDefaultRuntime(): string {
  return `runtime: the default, here ${String(findRuntimes().runtimes[0])}`;
}
