import type { PooledRun } from './pooled-run.js';
import type { WorkerSeat } from './worker-pool.js';

/** Runs that take longer than this are worth waking a thread for, in milliseconds. */
const runMsMax = 0.25;

/** A thread that made no progress for this long gets no run ahead, and loses those it has. In milliseconds. */
const waitMs = 4;

/** What happens to a run, done by the runner. */
export interface AheadRunHooks {
  /** Puts the run on the thread and posts it. */
  readonly sit: (run: PooledRun, seat: WorkerSeat) => void;
  /** Takes the run off the thread. */
  readonly leave: (run: PooledRun, seat: WorkerSeat) => void;
  /** The run waited in vain: gives it to another thread. */
  readonly moveOn: (run: PooledRun) => void;
}

/**
 * Short runs that are posted behind others of their own unit, on a thread that is awake: waking one
 * costs more than the run. What does not begin within milliseconds is taken back.
 */
export class AheadRuns {
  readonly #hooks: AheadRunHooks;
  /** Runs that may not have begun. */
  readonly #runs = new Set<PooledRun>();
  #timer: NodeJS.Timeout | undefined;

  constructor(hooks: AheadRunHooks) {
    this.#hooks = hooks;
  }

  /** Runs that were posted ahead and are not known to have begun. */
  get size(): number {
    return this.#runs.size;
  }

  /** `false`: no thread fits, and the run needs one of its own. */
  post(run: PooledRun, seats: Iterable<WorkerSeat>): boolean {
    // Transferred bytes could not be taken back.
    if (typeof run.request.input !== 'string') return false;
    const now = performance.now();
    for (const seat of seats) {
      if (seat.unit !== run.unit || seat.waiting.size > 0 || seat.runMs > runMsMax) continue;
      if (now - seat.progressAt > waitMs) continue;
      run.slot = seat.claims.take();
      if (run.slot === undefined) continue;
      this.#runs.add(run);
      this.#hooks.sit(run, seat);
      this.#watch();
      return true;
    }
    return false;
  }

  /** Takes a run off its thread. `false`: it has begun there, or was never posted ahead. */
  revoke(run: PooledRun, seat: WorkerSeat): boolean {
    if (run.slot === undefined || !seat.claims.revoke(run.slot)) return false;
    this.#runs.delete(run);
    this.#hooks.leave(run, seat);
    run.seat = undefined;
    run.slot = undefined;
    return true;
  }

  /** The run is over. */
  delete(run: PooledRun): void {
    this.#runs.delete(run);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#runs.clear();
  }

  #watch(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#takeBack();
      if (this.#runs.size > 0) this.#watch();
    }, waitMs);
  }

  #takeBack(): void {
    const overdue = performance.now() - waitMs;
    for (const run of this.#runs) {
      const { seat } = run;
      if (seat !== undefined && seat.progressAt > overdue) continue;
      this.#runs.delete(run);
      if (seat !== undefined && this.revoke(run, seat)) this.#hooks.moveOn(run);
    }
  }
}

/** Keeps a moving mean of how long runs take on the thread. */
export function noteProgress(seat: WorkerSeat, ranMs: number): void {
  seat.runMs = seat.runMs === Infinity ? ranMs : seat.runMs * 0.8 + ranMs * 0.2;
  seat.progressAt = performance.now();
}
