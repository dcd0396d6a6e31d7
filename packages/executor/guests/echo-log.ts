// Logs a line on each stream and answers its arguments, byte by byte as they came.
import { readInputBytes, returnBytes } from '../../../examples/guest/assemblyscript/command';
import { stderr, stdout, write } from '../../../examples/guest/assemblyscript/streams';

export function _start(): void {
  write(stdout, 'hello stdout\n');
  write(stderr, 'hello stderr\n');
  returnBytes(readInputBytes());
}
