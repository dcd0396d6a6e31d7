/** The state of one worker thread, as far as it decides who may run there. */
export interface Seat {
  /** The unit of trust whose runs are on the thread; `undefined` when none is. */
  unit: string | undefined;
  /** Runs on the thread, waiting ones included. */
  readonly runs: Set<number>;
  /** Runs on the thread that gave it back to wait. */
  readonly waiting: Set<number>;
  /** A guest has computed here for so long that other units of trust need not wait for it. */
  slow: boolean;
}

/** Where a run may go. */
export type SeatChoice<S extends Seat> =
  | { readonly type: 'seat'; readonly seat: S }
  /** Every thread is held by guests that wait: one more thread is allowed. */
  | { readonly type: 'grow' }
  | { readonly type: 'full' };

export interface SeatLimits {
  /** Threads that may compute at once. */
  readonly threads: number;
  /** Threads in all: computing, spare, and held by waiting guests. */
  readonly threadsMax: number;
  /** Runs on one thread at once, nearly all of which wait. */
  readonly runsPerThreadMax: number;
}

/**
 * Decides which thread takes a run. The rule of trust: a thread with waiting guests takes further
 * runs of the same unit only, because ending a loop ends the thread and all that is on it. So a
 * guest that loops can harm nobody but its own unit. Nor do its long runs keep others from a thread.
 */
export class SeatTable<S extends Seat> {
  readonly #limits: SeatLimits;
  readonly #seats = new Set<S>();

  constructor(limits: SeatLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#seats.size;
  }

  [Symbol.iterator](): IterableIterator<S> {
    return this.#seats.values();
  }

  add(seat: S): void {
    this.#seats.add(seat);
  }

  remove(seat: S): void {
    this.#seats.delete(seat);
  }

  /** Threads on which a guest computes. A thread whose guests all wait costs no processor. */
  get busy(): number {
    let busy = 0;
    for (const seat of this.#seats) if (seat.runs.size > seat.waiting.size) busy += 1;
    return busy;
  }

  /** Threads without any run. */
  get idle(): number {
    let idle = 0;
    for (const seat of this.#seats) if (seat.runs.size === 0) idle += 1;
    return idle;
  }

  /** `starting`: threads that were asked for and are not here yet. */
  choose(unit: string, starting: number): SeatChoice<S> {
    let idle: S | undefined;
    let busy = 0;
    for (const seat of this.#seats) {
      const waiting = seat.waiting.size;
      if (seat.runs.size > waiting) {
        // One unit's long runs hold up its own only; the others share the processors with them.
        if (!seat.slow || seat.unit === unit) busy += 1;
      } else if (waiting === 0) idle ??= seat;
      // Packed before spread: one unit's waiting guests must not take every thread.
      else if (seat.unit === unit && waiting < this.#limits.runsPerThreadMax)
        return { type: 'seat', seat };
    }
    if (busy >= this.#limits.threads) return { type: 'full' };
    if (idle !== undefined) return { type: 'seat', seat: idle };
    if (starting === 0 && this.#seats.size < this.#limits.threadsMax) return { type: 'grow' };
    return { type: 'full' };
  }
}
