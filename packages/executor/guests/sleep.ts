// Logs one line, waits for `ms` milliseconds, and answers its arguments.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/command';
import { findMember } from '../../../examples/guest/assemblyscript/json';
import { sleep } from '../../../examples/guest/assemblyscript/process';
import { stdout, write } from '../../../examples/guest/assemblyscript/streams';

export function _start(): void {
  const input = readInput();
  const ms = findMember(input, 'ms');
  write(stdout, 'sleeping ' + ms + '\n');
  if (ms.length > 0) sleep(I64.parseInt(ms));
  returnResult(input);
}
