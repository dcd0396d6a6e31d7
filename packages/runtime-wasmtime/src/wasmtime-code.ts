import type { ArtifactDescription, FunctionType, GuestInterface } from '@wasmwhisk/artifact';
import {
  assertEntry,
  httpDeniedText,
  httpGetImport,
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

/** How the interfaces of components begin, without their versions. */
const interfaceNames: Readonly<Partial<Record<GuestInterface, string>>> = {
  command: 'wasi:cli/run',
  'action-world': 'wasmwhisk:action/handler',
  'http-handler': 'wasi:http/incoming-handler',
};

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
    const wanted = interfaceNames[guestInterface];
    const found = description.exports.find(({ name }) => name.replace(/@.*$/, '') === wanted);
    return found?.name ?? '';
  }
  const exported = toModuleExports(description, guestInterface);
  assertEntry(exported);
  const { module, name } = httpGetImport;
  const wantsHttp = description.imports.some(
    (each) => each.module === module && each.name === name,
  );
  if (wantsHttp && http.type === 'denied')
    throw new WasmRuntimeError('WW_ERR_CAPABILITY_DENIED', httpDeniedText(http.reason));
  const functions: ReadonlyMap<string, FunctionType> = exported.functions;
  return guestInterface === 'numeric'
    ? resolveNumericEntry(functions, entry).name
    : startName(functions, guestInterface, entry);
}
