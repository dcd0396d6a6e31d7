import { WasmRuntimeError } from '@wasmwhisk/runtime';
import type { V8Code } from './v8-code.js';

/**
 * Checks what a guest must export beside the functions by which its interface was recognised:
 * an entry without parameters and results, and for the buffer interfaces the memory.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_EXPORT_MISSING`
 */
export function assertEntry(code: V8Code): void {
  if (code.guestInterface === 'numeric') return;
  const entry = code.functions.get('_start');
  if (entry === undefined)
    throw missing('The action does not export "_start", with which its runs begin.');
  if (entry.params.length > 0 || entry.results.length > 0)
    throw missing(
      'The action exports a "_start" that takes or returns something; runs call it without.',
    );
  if (code.guestInterface !== 'command' && !code.exportsMemory)
    throw missing(
      'The action does not export its memory as "memory", where its arguments are put.',
    );
}

function missing(message: string): WasmRuntimeError {
  return new WasmRuntimeError('WW_ERR_GUEST_EXPORT_MISSING', message);
}
