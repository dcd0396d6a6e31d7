import { randomFillSync } from 'node:crypto';

/** Fills guest memory from the operating system's generator. */
export function fillRandom(target: Uint8Array): void {
  if (target.length === 0) return;
  if (target.buffer instanceof ArrayBuffer) {
    randomFillSync(target);
    return;
  }
  // Node.js refuses shared memory, where others may write meanwhile.
  target.set(randomFillSync(new Uint8Array(target.length)));
}
