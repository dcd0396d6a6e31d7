import { WasmRuntimeError } from '../errors.js';

/** A core function as the WebAssembly JavaScript API gives it. */
export type CoreFunction = (...args: unknown[]) => unknown;

/** @throws WasmRuntimeError `WW_ERR_GUEST_EXPORT_MISSING` */
export function functionExport(exports: WebAssembly.Exports, name: string): CoreFunction {
  const value = exports[name];
  if (typeof value !== 'function')
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_EXPORT_MISSING',
      `The guest does not export a function "${name}".`,
    );
  return value as CoreFunction;
}

/** @throws WasmRuntimeError `WW_ERR_GUEST_EXPORT_MISSING` */
export function memoryExport(exports: WebAssembly.Exports): WebAssembly.Memory {
  const value = exports['memory'];
  if (!(value instanceof WebAssembly.Memory))
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_EXPORT_MISSING',
      'The guest does not export its memory under the name "memory".',
    );
  return value;
}

/**
 * A view on guest memory, made anew for every use: growing detaches the old ones.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_TRAP` when the guest names a range outside its memory.
 */
export function memoryRange(
  memory: WebAssembly.Memory,
  pointer: unknown,
  length: unknown,
): Uint8Array<ArrayBuffer> {
  const start = Number(pointer) >>> 0;
  const size = Number(length) >>> 0;
  const { buffer } = memory;
  if (start + size > buffer.byteLength)
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_TRAP',
      `The guest named a buffer outside its memory: ${String(size)} bytes at ${String(start)} of ${String(buffer.byteLength)}.`,
      { details: { trap: 'memory-out-of-bounds' } },
    );
  return new Uint8Array(buffer, start, size);
}
