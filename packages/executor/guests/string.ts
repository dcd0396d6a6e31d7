// Answers a JSON string, which is no result.
import { returnResult } from '../../../examples/guest/assemblyscript/command';

export function _start(): void {
  returnResult('"not a dictionary"');
}
