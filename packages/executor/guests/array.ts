// Answers an array.
import { returnResult } from '../../../examples/guest/assemblyscript/command';

export function _start(): void {
  returnResult('["a","b"]');
}
