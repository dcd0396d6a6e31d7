// Greets `name`: logs the greeting and answers it.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/command';
import { findMember, parseString, quote } from '../../../examples/guest/assemblyscript/json';
import { stdout, write } from '../../../examples/guest/assemblyscript/streams';

export function _start(): void {
  const name = findMember(readInput(), 'name');
  const greeting = 'Hello, ' + (name.length == 0 ? 'stranger' : parseString(name)) + '!';
  write(stdout, greeting + '\n');
  returnResult('{"greeting":' + quote(greeting) + '}');
}
