import {
  isServedExport,
  type ArtifactDescription,
  type FunctionType,
  type GuestInterface,
} from '@wasmwhisk/artifact';
import {
  assertHttpGranted,
  resolveNumericEntry,
  startName,
  toModuleExports,
  WasmRuntimeError,
  type CompiledArtifact,
  type ContainerSettings,
} from '@wasmwhisk/runtime';
import type { IdentityData, NativeCode } from './native.js';

/** The name of this runtime, in its compiled artifacts too. */
export const runtimeName = 'wasmtime';

/** What `precompile` makes. Belongs to the engine that made it, in the thread that made it. */
export interface WasmtimeCode {
  readonly native: NativeCode;
  readonly description: ArtifactDescription;
  readonly guestInterface: GuestInterface;
  readonly engine: IdentityData;
}

/** @throws WasmRuntimeError `WW_ERR_RUNTIME_INTERNAL` for another runtime's code */
export function toWasmtimeCode(compiled: CompiledArtifact): WasmtimeCode {
  if (compiled.runtime !== runtimeName)
    throw new WasmRuntimeError(
      'WW_ERR_RUNTIME_INTERNAL',
      `Code that runtime ${compiled.runtime} made was given to runtime ${runtimeName}.`,
    );
  // Only this runtime makes code under its name, and nobody else looks inside.
  return compiled.code as WasmtimeCode;
}

/**
 * The export that runs call: a function of a module, or the interface of a component.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_EXPORT_MISSING`, `WW_ERR_CAPABILITY_DENIED`
 */
export function findEntry(
  { description, guestInterface }: Pick<WasmtimeCode, 'description' | 'guestInterface'>,
  { entry, http }: Pick<ContainerSettings, 'entry' | 'http'>,
): string {
  if (description.format === 'component') {
    const found = description.exports.find((each) => isServedExport(each, guestInterface));
    return found?.name ?? '';
  }
  const exported = toModuleExports(description, guestInterface);
  assertHttpGranted(description.imports, http);
  const functions: ReadonlyMap<string, FunctionType> = exported.functions;
  return guestInterface === 'numeric'
    ? resolveNumericEntry(functions, entry).name
    : startName(functions, guestInterface, entry);
}
