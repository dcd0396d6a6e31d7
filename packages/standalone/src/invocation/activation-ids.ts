import { randomFillSync } from 'node:crypto';

const idBytes = 16;

/** Asking the system for randomness costs far more than writing it down, so it is asked for many ids at once. */
const idsAtOnce = 256;

const pool = Buffer.alloc(idBytes * idsAtOnce);
let used = pool.length;

/** A new activation id: 32 lower-case hex digits, unguessable. */
export function createActivationId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('hex', used, used + idBytes);
  used += idBytes;
  return id;
}
