// Writes the line that ends an activation's logs itself, on both streams, between two lines.
import { returnResult } from '../../../examples/guest/assemblyscript/command';
import { stderr, stdout, write } from '../../../examples/guest/assemblyscript/streams';

const lines = 'before\nXXX_THE_END_OF_A_WHISK_ACTIVATION_XXX\nafter\n';

export function _start(): void {
  write(stdout, lines);
  write(stderr, lines);
  returnResult('{}');
}
