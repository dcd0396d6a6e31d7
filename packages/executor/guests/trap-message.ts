// Says why on stderr and traps.
import { stderr, write } from '../../../examples/guest/assemblyscript/streams';

export function _start(): void {
  write(stderr, 'nooooo\n');
  unreachable();
}
