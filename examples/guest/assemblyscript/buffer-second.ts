// The guest's side of the buffer interface, second form: arguments and result are apart, and the
// result is plain JSON. An action exports these three functions and `_start`.

let input: ArrayBuffer = new ArrayBuffer(0);
let result: ArrayBuffer = new ArrayBuffer(0);

/** Called by the host before `_start`: gives the address for so many bytes of arguments. */
export function set_input(bytes: i32): usize {
  input = new ArrayBuffer(bytes);
  return changetype<usize>(input);
}

export function get_result(): usize {
  return changetype<usize>(result);
}

export function get_result_len(): i32 {
  return result.byteLength;
}

/** The arguments as JSON text. */
export function readInput(): string {
  return String.UTF8.decode(input);
}

/** `json` is the action's result: an object or an array. */
export function returnResult(json: string): void {
  result = String.UTF8.encode(json);
}
