import type { FunctionType, GuestInterface, ModuleImport } from '@wasmwhisk/artifact';
import { WasmRuntimeError, type CompiledArtifact } from '@wasmwhisk/runtime';
import type { MemoryPlan } from './prepare-module.js';

/** The name of this runtime, in its compiled artifacts too. */
export const runtimeName = 'v8';

/** The interfaces of core modules. */
export type CoreInterface = Extract<
  GuestInterface,
  'buffer' | 'buffer-second' | 'command' | 'numeric'
>;

/** What `precompile` makes: survives structured clone, and then shares V8's native code. */
export interface V8Code {
  readonly module: WebAssembly.Module;
  readonly guestInterface: CoreInterface;
  /** What the artifact itself imports. */
  readonly imports: readonly ModuleImport[];
  /** Its exported functions with their types, for `main` of numeric guests. */
  readonly functions: ReadonlyMap<string, FunctionType>;
  /** Whether it exports its memory as `memory`, where the host puts arguments and finds results. */
  readonly exportsMemory: boolean;
  /** How its memory is given to it; `undefined` when each instance makes its own. */
  readonly memory: MemoryPlan | undefined;
  /** The memory limit that is built in. */
  readonly memoryBytesMax: number;
}

/** @throws WasmRuntimeError `WW_ERR_RUNTIME_INTERNAL` for another runtime's code */
export function toV8Code(compiled: CompiledArtifact): V8Code {
  if (compiled.runtime !== runtimeName)
    throw new WasmRuntimeError(
      'WW_ERR_RUNTIME_INTERNAL',
      `Code that runtime ${compiled.runtime} made was given to runtime ${runtimeName}.`,
    );
  // Only this runtime makes code under its name, and nobody else looks inside.
  return compiled.code as V8Code;
}
