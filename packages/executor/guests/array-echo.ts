// Answers its arguments when they are an array, as it should be, and an error when they are not.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/command';

export function _start(): void {
  const input = readInput();
  returnResult(input.startsWith('[') ? input : '{"error":"not an array"}');
}
