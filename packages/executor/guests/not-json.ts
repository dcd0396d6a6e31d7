// Answers a text that is no JSON.
import { returnResult } from '../../../examples/guest/assemblyscript/command';

export function _start(): void {
  returnResult('{"cut":');
}
