// Answers the content of `test.txt` in the current directory, or of the file named by `path`.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/command';
import { readFile } from '../../../examples/guest/assemblyscript/files';
import { findMember, parseString, quote } from '../../../examples/guest/assemblyscript/json';

export function _start(): void {
  const named = findMember(readInput(), 'path');
  const path = named.length == 0 ? './test.txt' : parseString(named);
  const content = readFile(path);
  if (content === null) returnResult('{"error":' + quote('cannot read ' + path) + '}');
  else returnResult('{"content":' + quote(content) + '}');
}
