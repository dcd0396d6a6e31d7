// Leaves the last line of each stream unfinished. Buffer interface, second form, where all of stdout
// is log.
import { returnResult } from '../../../examples/guest/assemblyscript/buffer-second';
import { stderr, stdout, write } from '../../../examples/guest/assemblyscript/streams';

export {
  get_result,
  get_result_len,
  set_input,
} from '../../../examples/guest/assemblyscript/buffer-second';

export function _start(): void {
  write(stdout, 'unfinished stdout');
  write(stderr, 'unfinished stderr');
  returnResult('{}');
}
