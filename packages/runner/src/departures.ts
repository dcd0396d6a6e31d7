import type { PooledRun } from './pooled-run.js';
import type { WorkerSeat } from './worker-pool.js';

interface Waiter {
  readonly containerKey: string;
  readonly resolve: () => void;
}

/**
 * Tells when the last guest of a container is gone. A run may be answered before: when its thread does
 * not end at once, or when its guest cannot unwind while a neighbour computes.
 */
export class Departures {
  readonly #runs: ReadonlyMap<number, PooledRun>;
  /** Threads that were told to end and are not gone, and the containers of their guests. */
  readonly #ending = new Map<WorkerSeat, ReadonlySet<string>>();
  #waiters: Waiter[] = [];

  /** `runs`: those that were not released. */
  constructor(runs: ReadonlyMap<number, PooledRun>) {
    this.#runs = runs;
  }

  /** Resolves when no guest of the container can run any more. */
  whenGone(containerKey: string): Promise<void> {
    if (!this.#holds(containerKey)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ containerKey, resolve });
    });
  }

  threadEnding(seat: WorkerSeat): void {
    const runs = [...seat.runs].flatMap((id) => this.#runs.get(id) ?? []);
    this.#ending.set(seat, new Set(runs.map(({ container }) => container.key)));
  }

  threadGone(seat: WorkerSeat): void {
    this.#ending.delete(seat);
    this.runsReleased();
  }

  runsReleased(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ containerKey }) => this.#holds(containerKey));
    for (const waiter of waiters) if (!this.#waiters.includes(waiter)) waiter.resolve();
  }

  #holds(containerKey: string): boolean {
    for (const keys of this.#ending.values()) if (keys.has(containerKey)) return true;
    for (const { seat, container } of this.#runs.values())
      if (seat !== undefined && container.key === containerKey) return true;
    return false;
  }
}
