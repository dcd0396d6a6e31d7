import { readArguments } from './process';
import { stderr, write } from './streams';

// The guest's side of the buffer interface, first form. One buffer carries the arguments in and the
// result out. An action exports these three functions and `_start`.

let buffer: ArrayBuffer = new ArrayBuffer(0);
let length: i32 = 0;

/** Called by the host before `_start`: makes room for the arguments. */
export function wasm_memory_buffer_allocate_space(bytes: i32): void {
  buffer = new ArrayBuffer(bytes);
  length = bytes;
}

export function get_wasm_memory_buffer_pointer(): usize {
  return changetype<usize>(buffer);
}

export function get_wasm_memory_buffer_len(): i32 {
  return length;
}

/**
 * The arguments as JSON text, or `null` when the host did not call as agreed: it gives their length
 * in bytes as the last of one or two program arguments.
 */
export function readInput(): string | null {
  const args = readArguments();
  if (args.length < 1 || args.length > 2) {
    write(stderr, `expected one or two arguments, got ${args.length.toString()}\n`);
    return null;
  }
  const bytes = <i32>parseInt(args[args.length - 1]);
  return String.UTF8.decodeUnsafe(changetype<usize>(buffer), bytes);
}

/** Ends well: `json` is the action's result. */
export function returnOk(json: string): void {
  setResult(`{"Ok":${json}}`);
}

/** Ends with an error that the caller sees: `json` is any JSON. */
export function returnError(json: string): void {
  setResult(`{"Err":${json}}`);
}

function setResult(json: string): void {
  buffer = String.UTF8.encode(json);
  length = buffer.byteLength;
}
