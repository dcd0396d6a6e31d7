// Ends with `Err`: the JSON of `reason`, or `{}` where there is none. Buffer interface, first form.
import { readInput, returnError } from '../../../examples/guest/assemblyscript/buffer';
import { findMember } from '../../../examples/guest/assemblyscript/json';

export {
  get_wasm_memory_buffer_len,
  get_wasm_memory_buffer_pointer,
  wasm_memory_buffer_allocate_space,
} from '../../../examples/guest/assemblyscript/buffer';

export function _start(): void {
  const input = readInput();
  if (input === null) return;
  const reason = findMember(input, 'reason');
  returnError(reason.length == 0 ? '{}' : reason);
}
