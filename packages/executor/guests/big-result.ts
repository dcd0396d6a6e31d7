// Answers `{"a":"xxx…"}`, so many `x` that the whole has `bytes` bytes.
import { readInput, returnBytes } from '../../../examples/guest/assemblyscript/command';
import { findMember } from '../../../examples/guest/assemblyscript/json';

export function _start(): void {
  const bytes = <i32>I32.parseInt(findMember(readInput(), 'bytes'));
  assert(bytes >= 8, 'bytes must be 8 at least');
  const json = new ArrayBuffer(bytes);
  const address = changetype<usize>(json);
  memory.fill(address, 0x78, bytes);
  const head = String.UTF8.encode('{"a":"');
  const tail = String.UTF8.encode('"}');
  memory.copy(address, changetype<usize>(head), head.byteLength);
  memory.copy(address + bytes - tail.byteLength, changetype<usize>(tail), tail.byteLength);
  returnBytes(json);
}
