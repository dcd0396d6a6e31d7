// Answers its whole environment as one object.
import { returnResult } from '../../../examples/guest/assemblyscript/command';
import { quote } from '../../../examples/guest/assemblyscript/json';
import { readEntries } from '../../../examples/guest/assemblyscript/process';

export function _start(): void {
  const entries = readEntries();
  let json = '{';
  for (let index = 0; index < entries.length; index++) {
    const nameEnd = entries[index].indexOf('=');
    if (index > 0) json += ',';
    json += quote(entries[index].substring(0, nameEnd));
    json += ':' + quote(entries[index].substring(nameEnd + 1));
  }
  returnResult(json + '}');
}
