import { readAll, stdin, stdout, write, writeBytes } from './streams';

// The guest's side of the command interface: arguments on stdin, and the result as the last line of
// stdout. What is written to stdout before it is log.

/** The arguments as they came: JSON as UTF-8. */
export function readInputBytes(): ArrayBuffer {
  return readAll(stdin);
}

/** The arguments as text. */
export function readInput(): string {
  return String.UTF8.decode(readAll(stdin));
}

/** Writes the last line of stdout, so call it once and write nothing to stdout behind it. */
export function returnResult(json: string): void {
  write(stdout, json + '\n');
}

/** The same for JSON that is UTF-8 already. */
export function returnBytes(json: ArrayBuffer): void {
  writeBytes(stdout, changetype<usize>(json), json.byteLength);
  write(stdout, '\n');
}
