// Answers nothing, a payload or an error, as its arguments tell.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/command';
import { findMember } from '../../../examples/guest/assemblyscript/json';

export function _start(): void {
  const input = readInput();
  const payload = findMember(input, 'payload');
  const error = findMember(input, 'error');
  if (error.length > 0) returnResult('{"error":' + error + '}');
  else if (payload.length > 0) returnResult('{"payload":' + payload + '}');
}
