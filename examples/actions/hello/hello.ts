// Everything an action needs, in one file: take the arguments, greet, give a result.

let input: ArrayBuffer = new ArrayBuffer(0);
let result: ArrayBuffer = new ArrayBuffer(0);

/** The host asks for room for the arguments and writes them there: JSON as UTF-8. */
export function set_input(bytes: i32): usize {
  input = new ArrayBuffer(bytes);
  return changetype<usize>(input);
}

/** The action itself. */
export function _start(): void {
  const args = String.UTF8.decode(input);
  result = String.UTF8.encode('{"greeting":"Hello, ' + nameIn(args) + '!"}');
}

/** Where the result is, and how long: JSON as UTF-8. */
export function get_result(): usize {
  return changetype<usize>(result);
}

export function get_result_len(): i32 {
  return result.byteLength;
}

/** The text of `"name"`, still as JSON writes it, so that it can go into the result as it is. */
function nameIn(args: string): string {
  const key = args.indexOf('"name"');
  if (key < 0) return 'stranger';
  const start = args.indexOf('"', args.indexOf(':', key)) + 1;
  if (start == 0) return 'stranger';
  let end = start;
  while (end < args.length && args.charAt(end) != '"') end += args.charAt(end) == '\\' ? 2 : 1;
  return args.substring(start, end);
}
