import { fd_read, fd_write } from './host/wasi_snapshot_preview1';

export const stdin: i32 = 0;
export const stdout: i32 = 1;
export const stderr: i32 = 2;

/** One iovec (address, length) and behind it the number of bytes that the host moved. */
const transfer: usize = memory.data(12);

/** Writes all bytes; stops silently when the host refuses, as there is nobody left to tell. */
export function writeBytes(fd: i32, address: usize, length: i32): void {
  while (length > 0) {
    store<u32>(transfer, <u32>address, 0);
    store<u32>(transfer, <u32>length, 4);
    if (fd_write(fd, transfer, 1, transfer + 8) != 0) return;
    const written = load<i32>(transfer, 8);
    address += written;
    length -= written;
  }
}

/** Writes text as UTF-8. */
export function write(fd: i32, text: string): void {
  const bytes = String.UTF8.encode(text);
  writeBytes(fd, changetype<usize>(bytes), bytes.byteLength);
}

/** Reads everything a stream or file has left. */
export function readAll(fd: i32): ArrayBuffer {
  let capacity = 4096;
  let bytes = new ArrayBuffer(capacity);
  let length = 0;
  while (true) {
    if (length == capacity) {
      const larger = new ArrayBuffer(capacity * 2);
      memory.copy(changetype<usize>(larger), changetype<usize>(bytes), length);
      capacity *= 2;
      bytes = larger;
    }
    store<u32>(transfer, <u32>(changetype<usize>(bytes) + length), 0);
    store<u32>(transfer, <u32>(capacity - length), 4);
    if (fd_read(fd, transfer, 1, transfer + 8) != 0) break;
    const read = load<i32>(transfer, 8);
    if (read == 0) break;
    length += read;
  }
  return bytes.slice(0, length);
}
