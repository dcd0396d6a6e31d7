import { randomFillSync } from 'node:crypto';

/** Milliseconds since 1970: enough until the year 10889. */
const timeDigits = 12;
const randomBytes = 10;

/** Asking the system for randomness costs far more than writing it down, so it is asked for many ids at once. */
const idsAtOnce = 256;

const pool = Buffer.alloc(randomBytes * idsAtOnce);
let used = pool.length;

/**
 * A new activation id: 32 lower-case hex digits. They begin with the time, because records are found by
 * an index of their ids: new ones then lie side by side in it, and storing a record costs half as much as
 * with ids that are spread over all of it. 80 random bits keep it unguessable.
 */
export function createActivationId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString('hex', used, used + randomBytes);
  used += randomBytes;
  return Date.now().toString(16).padStart(timeDigits, '0') + random;
}
