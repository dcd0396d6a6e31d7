// Puts a snowman between two delimiters, logs it and answers it.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/command';
import { findMember, parseString, quote } from '../../../examples/guest/assemblyscript/json';
import { stdout, write } from '../../../examples/guest/assemblyscript/streams';

export function _start(): void {
  const delimiter = parseString(findMember(readInput(), 'delimiter'));
  const winter = delimiter + ' ☃ ' + delimiter;
  write(stdout, winter + '\n');
  returnResult('{"winter":' + quote(winter) + '}');
}
