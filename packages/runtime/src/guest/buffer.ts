import type { JsonText } from '@wasmwhisk/json-text';
import type { ActionResult } from '../activation.js';
import { functionExport, memoryExport, memoryRange } from './exports.js';
import { toPlainResult, toTaggedResult, type ResultRules } from './result.js';

/**
 * The two buffer interfaces over the exports of a fresh instance. Call order, as the forerunner's
 * executors keep it: `writeInput`, then the guest's `_start`, then `readResult`.
 */
export interface BufferGuest {
  /** Puts the arguments into guest memory. `byteLength` is the length of their UTF-8. */
  writeInput(input: JsonText, byteLength: number): void;
  /** @throws WasmRuntimeError `WW_ERR_RESULT_INVALID`, `WW_ERR_RESULT_TOO_LARGE`, `WW_ERR_GUEST_TRAP` */
  readResult(rules: ResultRules): ActionResult;
}

/**
 * First form: `wasm_memory_buffer_allocate_space(n)`, then a pointer and a length getter. The
 * pointer may change with every call and the memory may grow, so both are asked for each time.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_EXPORT_MISSING`
 */
export function bindBufferGuest(exports: WebAssembly.Exports): BufferGuest {
  const memory = memoryExport(exports);
  const allocate = functionExport(exports, 'wasm_memory_buffer_allocate_space');
  const pointer = functionExport(exports, 'get_wasm_memory_buffer_pointer');
  const length = functionExport(exports, 'get_wasm_memory_buffer_len');
  return {
    writeInput(input, byteLength) {
      allocate(byteLength);
      writeText(memoryRange(memory, pointer(), byteLength), input);
    },
    readResult(rules) {
      return toTaggedResult(memoryRange(memory, pointer(), length()), rules);
    },
  };
}

/**
 * Second form: `set_input(n)` gives the address to write to; `get_result()` and `get_result_len()`
 * name plain JSON.
 *
 * @throws WasmRuntimeError `WW_ERR_GUEST_EXPORT_MISSING`
 */
export function bindSecondBufferGuest(exports: WebAssembly.Exports): BufferGuest {
  const memory = memoryExport(exports);
  const setInput = functionExport(exports, 'set_input');
  const resultLength = functionExport(exports, 'get_result_len');
  const result = functionExport(exports, 'get_result');
  return {
    writeInput(input, byteLength) {
      writeText(memoryRange(memory, setInput(byteLength), byteLength), input);
    },
    readResult(rules) {
      return toPlainResult(memoryRange(memory, result(), resultLength()), rules);
    },
  };
}

const encoder = new TextEncoder();

function writeText(target: Uint8Array<ArrayBuffer>, text: JsonText): void {
  if (typeof text === 'string') encoder.encodeInto(text, target);
  else target.set(text);
}
