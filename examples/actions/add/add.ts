import { readInput, returnError, returnOk } from '../../guest/assemblyscript/buffer';
import { findMember, isNumber } from '../../guest/assemblyscript/json';

export {
  get_wasm_memory_buffer_len,
  get_wasm_memory_buffer_pointer,
  wasm_memory_buffer_allocate_space,
} from '../../guest/assemblyscript/buffer';

export function _start(): void {
  const input = readInput();
  if (input === null) return;
  const first = findMember(input, 'param1');
  const second = findMember(input, 'param2');
  if (!isPresent('param1', first) || !isPresent('param2', second)) return;
  returnOk(`{"result":${sum(first, second)}}`);
}

function isPresent(name: string, value: string): bool {
  if (value.length == 0) returnError(`{"error":"Expected ${name} to be present"}`);
  else if (!isNumber(value)) returnError(`{"error":"Expected ${name} to be a number"}`);
  else return true;
  return false;
}

/** Integers stay integers, of 64 bits; anything else is added as floating point. */
function sum(first: string, second: string): string {
  if (isInteger(first) && isInteger(second))
    return (I64.parseInt(first) + I64.parseInt(second)).toString();
  return (parseFloat(first) + parseFloat(second)).toString();
}

function isInteger(value: string): bool {
  return !value.includes('.') && !value.includes('e') && !value.includes('E');
}
