// Reads two variables before it looks at its arguments, and answers them; `null` for one not set.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/command';
import { quote } from '../../../examples/guest/assemblyscript/json';
import { readEnvironment } from '../../../examples/guest/assemblyscript/process';

export function _start(): void {
  const first = readEnvironment('SOME_VAR');
  const second = readEnvironment('ANOTHER_VAR');
  readInput();
  returnResult('{"SOME_VAR":' + toJson(first) + ',"ANOTHER_VAR":' + toJson(second) + '}');
}

function toJson(value: string | null): string {
  return value === null ? 'null' : quote(value);
}
