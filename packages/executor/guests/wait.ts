// Logs one line, waits for `ms` milliseconds, and answers its arguments, as `sleep` does. Buffer
// interface, second form, where no line of stdout is held back: the log is there before the wait.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/buffer-second';
import { findMember } from '../../../examples/guest/assemblyscript/json';
import { sleep } from '../../../examples/guest/assemblyscript/process';
import { stdout, write } from '../../../examples/guest/assemblyscript/streams';

export {
  get_result,
  get_result_len,
  set_input,
} from '../../../examples/guest/assemblyscript/buffer-second';

export function _start(): void {
  const input = readInput();
  const ms = findMember(input, 'ms');
  write(stdout, 'waiting ' + ms + '\n');
  if (ms.length > 0) sleep(I64.parseInt(ms));
  returnResult(input);
}
