// Logs `bytes` bytes in lines of 64, 64 MiB by default, and then answers how many.
import { readInput, returnResult } from '../../../examples/guest/assemblyscript/command';
import { findMember } from '../../../examples/guest/assemblyscript/json';
import { stdout, writeBytes } from '../../../examples/guest/assemblyscript/streams';

const blockLines = 1024;
const lineBytes = 64;

export function _start(): void {
  const named = findMember(readInput(), 'bytes');
  const bytes: i64 = named.length == 0 ? 64 << 20 : I64.parseInt(named);
  const block = new ArrayBuffer(blockLines * lineBytes);
  const address = changetype<usize>(block);
  memory.fill(address, 0x66, block.byteLength);
  for (let line = 1; line <= blockLines; line++) store<u8>(address + line * lineBytes - 1, 0x0a);
  let written: i64 = 0;
  while (written < bytes) {
    const piece = <i32>min<i64>(bytes - written, block.byteLength);
    writeBytes(stdout, address, piece);
    written += piece;
  }
  // Ends a line that was cut, so that the result stands alone.
  if (bytes % lineBytes != 0) writeBytes(stdout, address + lineBytes - 1, 1);
  returnResult('{"bytes":' + written.toString() + '}');
}
