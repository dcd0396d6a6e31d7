/*
 * A run may be posted to a thread behind one that computes there, so that the thread need not be
 * woken for it. Until it begins, it can be taken back: whoever changes its slot first has it, the
 * worker by beginning or the main thread by revoking.
 */
const posted = 0;
const begun = 1;
const revoked = 2;

/** Most runs that are posted ahead to one thread. More would not save a wake-up, and would wait longer. */
export const claimSlotCount = 8;

export function createClaimWords(): SharedArrayBuffer {
  return new SharedArrayBuffer(claimSlotCount * Int32Array.BYTES_PER_ELEMENT);
}

/** The worker's side: whether the run of this slot may begin. */
export function claim(words: Int32Array, slot: number): boolean {
  return Atomics.compareExchange(words, slot, posted, begun) === posted;
}

/** The main thread's side, one for each thread. */
export class ClaimSlots {
  readonly #words: Int32Array;
  readonly #free: number[];

  constructor(words: SharedArrayBuffer) {
    this.#words = new Int32Array(words);
    this.#free = Array.from(this.#words.keys());
  }

  /** A slot for a run that is about to be posted; `undefined` when all are in use. */
  take(): number | undefined {
    const slot = this.#free.pop();
    if (slot !== undefined) Atomics.store(this.#words, slot, posted);
    return slot;
  }

  /** The worker has answered for the slot. */
  give(slot: number): void {
    this.#free.push(slot);
  }

  /** Takes the run back. `false`: it has begun. */
  revoke(slot: number): boolean {
    return Atomics.compareExchange(this.#words, slot, posted, revoked) === posted;
  }
}
