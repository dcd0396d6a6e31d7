import type { FunctionType, GuestInterface, ModuleDescription } from '@wasmwhisk/artifact';
import { WasmRuntimeError } from '../errors.js';

/** What a core module exports, as far as its runs need it. */
export interface ModuleExports {
  readonly guestInterface: GuestInterface;
  readonly functions: ReadonlyMap<string, FunctionType>;
  /** Whether it exports its memory as `memory`, where the host puts arguments and finds results. */
  readonly exportsMemory: boolean;
}

/** Looks them up once. */
export function toModuleExports(
  { exports }: ModuleDescription,
  guestInterface: GuestInterface,
): ModuleExports {
  return {
    guestInterface,
    functions: new Map(
      exports.flatMap(({ name, external }): [string, FunctionType][] =>
        external.type === 'function' ? [[name, external.signature]] : [],
      ),
    ),
    exportsMemory: exports.some(
      ({ name, external }) => name === 'memory' && external.type === 'memory',
    ),
  };
}

/**
 * Checks what a guest must export beside the functions by which its interface was recognised:
 * an entry without parameters and results, and for the buffer interfaces the memory.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_EXPORT_MISSING`
 */
export function assertEntry({ guestInterface, functions, exportsMemory }: ModuleExports): void {
  if (guestInterface === 'numeric') return;
  const entry = functions.get('_start');
  if (entry === undefined)
    throw missing('The action does not export "_start", with which its runs begin.');
  if (entry.params.length > 0 || entry.results.length > 0)
    throw missing(
      'The action exports a "_start" that takes or returns something; runs call it without.',
    );
  if (guestInterface !== 'command' && !exportsMemory)
    throw missing(
      'The action does not export its memory as "memory", where its arguments are put.',
    );
}

function missing(message: string): WasmRuntimeError {
  return new WasmRuntimeError('WW_ERR_GUEST_EXPORT_MISSING', message);
}
