// Answers an error, as a plain result with the member `error`.
import { returnResult } from '../../../examples/guest/assemblyscript/command';

export function _start(): void {
  returnResult('{"error":"sorry"}');
}
