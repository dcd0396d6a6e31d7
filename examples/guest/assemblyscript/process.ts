import {
  args_get,
  args_sizes_get,
  environ_get,
  environ_sizes_get,
  poll_oneoff,
} from './host/wasi_snapshot_preview1';

/** The program's arguments, first the program's name where the host gives one. */
export function readArguments(): string[] {
  const sizes = memory.data(8);
  if (args_sizes_get(sizes, sizes + 4) != 0) return [];
  const count = load<i32>(sizes);
  const pointers = new ArrayBuffer(count * 4);
  const bytes = new ArrayBuffer(load<i32>(sizes, 4));
  if (args_get(changetype<usize>(pointers), changetype<usize>(bytes)) != 0) return [];
  return readTexts(pointers, count);
}

/** The whole environment, each entry as `NAME=value`. */
export function readEntries(): string[] {
  const sizes = memory.data(8);
  if (environ_sizes_get(sizes, sizes + 4) != 0) return [];
  const count = load<i32>(sizes);
  const pointers = new ArrayBuffer(count * 4);
  const bytes = new ArrayBuffer(load<i32>(sizes, 4));
  if (environ_get(changetype<usize>(pointers), changetype<usize>(bytes)) != 0) return [];
  return readTexts(pointers, count);
}

/** The value of an environment variable, `null` when it is not set. */
export function readEnvironment(name: string): string | null {
  const entries = readEntries();
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index];
    if (entry.startsWith(name + '=')) return entry.substring(name.length + 1);
  }
  return null;
}

/** Waits on the monotonic clock. */
export function sleep(milliseconds: i64): void {
  const subscription = new ArrayBuffer(48);
  const event = new ArrayBuffer(32);
  const eventCount = memory.data(4);
  const address = changetype<usize>(subscription);
  // Offsets of a subscription: event type at 8 (0 is clock), clock id at 16 (1 is monotonic),
  // timeout in nanoseconds at 24; flags at 40 stay 0, which makes the timeout relative.
  store<u32>(address, 1, 16);
  store<i64>(address, milliseconds * 1_000_000, 24);
  poll_oneoff(address, changetype<usize>(event), 1, eventCount);
}

function readTexts(pointers: ArrayBuffer, count: i32): string[] {
  const texts = new Array<string>();
  for (let index = 0; index < count; index++) {
    const start = <usize>load<u32>(changetype<usize>(pointers) + index * 4);
    let end = start;
    while (load<u8>(end) != 0) end++;
    texts.push(String.UTF8.decodeUnsafe(start, end - start));
  }
  return texts;
}
