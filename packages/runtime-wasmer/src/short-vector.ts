import type { WasiCall } from './wasi-call.js';

/** Most bytes that cross a pipe in one call. Partial reads and writes are WASI's custom. */
export const pipeBytesMax: number = 64 * 1024;

/**
 * Calls with a vector of at most `pipeBytesMax` bytes: of a longer one the guest's call sees the
 * first filled entry only, cut. Wasmer copies what the vector names, and one call could name the
 * guest's whole memory a million times.
 */
export function callWithShortVector(
  call: WasiCall,
  args: readonly (number | bigint)[],
  memory: WebAssembly.Memory | undefined,
): number {
  const [fd = 0, vector = 0, entries = 0, ...rest] = args;
  const first = Number(vector) >>> 0;
  const count = Number(entries) >>> 0;
  if (memory === undefined) return call(...args);
  const view = new DataView(memory.buffer);
  // A vector outside of memory is Wasmer's to refuse.
  if (first + count * 8 > view.byteLength) return call(...args);
  let total = 0;
  let filled = -1;
  for (let index = 0; index < count && total <= pipeBytesMax; index += 1) {
    const length = view.getUint32(first + index * 8 + 4, true);
    if (filled < 0 && length > 0) filled = index;
    total += length;
  }
  if (total <= pipeBytesMax) return call(...args);
  const entry = first + filled * 8;
  const length = view.getUint32(entry + 4, true);
  view.setUint32(entry + 4, Math.min(length, pipeBytesMax), true);
  try {
    return call(fd, entry, 1, ...rest);
  } finally {
    view.setUint32(entry + 4, length, true);
  }
}
