import { fd_write } from './wasi_snapshot_preview1';

// The build makes this AssemblyScript's `abort`, which assertions and `throw` call. Without it the
// compiler would import `env.abort`, which no WASI host has.

/** Says on stderr why the guest gives up, and traps: the run fails. */
export function guestAbort(
  message: string | null,
  file: string | null,
  line: u32,
  column: u32,
): void {
  let text = message === null ? 'aborted' : message;
  if (file !== null) text += ' at ' + file + ':' + line.toString() + ':' + column.toString();
  const bytes = String.UTF8.encode(text + '\n');
  const transfer = memory.data(12);
  store<u32>(transfer, <u32>changetype<usize>(bytes), 0);
  store<u32>(transfer, <u32>bytes.byteLength, 4);
  fd_write(2, transfer, 1, transfer + 8);
  unreachable();
}
