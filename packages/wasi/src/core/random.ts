import { randomFillSync } from 'node:crypto';

/** Filled at once. Between two pieces a thread can be ended, which a call into the system cannot. */
const pieceBytesMax = 1024 * 1024;

/** Fills guest memory from the operating system's generator. */
export function fillRandom(target: Uint8Array): void {
  for (let start = 0; start < target.length; start += pieceBytesMax)
    fillPiece(target.subarray(start, start + pieceBytesMax));
}

function fillPiece(target: Uint8Array): void {
  if (target.buffer instanceof ArrayBuffer) {
    randomFillSync(target);
    return;
  }
  // Node.js refuses shared memory, where others may write meanwhile.
  target.set(randomFillSync(new Uint8Array(target.length)));
}
