import { monotonicClockNs } from '../core/clocks.js';
import { sleep, type SleepOptions } from '../core/waiting.js';

/** How guests wait in one run. */
export interface PollOptions extends SleepOptions {
  /**
   * Told why a wait ended without being over. The guest is not told: its promise stays pending,
   * because the glue that jco 0.15 generates loses a rejection. Who runs the guest ends it.
   */
  readonly onFailure: (reason: unknown) => void;
}

/**
 * The resource `wasi:io/poll.pollable`. Everything but a clock is ready at once here: files, pipes
 * and the guest's own streams never keep it waiting.
 */
export class Pollable {
  readonly #deadlineNs: bigint | undefined;
  readonly #options: PollOptions;

  /** @param deadlineNs - on the monotonic clock; `undefined` is ready at once. */
  constructor(deadlineNs: bigint | undefined, options: PollOptions) {
    this.#deadlineNs = deadlineNs;
    this.#options = options;
  }

  /** Nanoseconds until it is ready; 0 when it is. */
  leftNs(nowNs: bigint): bigint {
    if (this.#deadlineNs === undefined || this.#deadlineNs <= nowNs) return 0n;
    return this.#deadlineNs - nowNs;
  }

  ready(): boolean {
    return this.leftNs(monotonicClockNs()) === 0n;
  }

  /** Suspends the guest until it is ready. */
  block(): Promise<void> {
    return suspend(this.leftNs(monotonicClockNs()), this.#options);
  }
}

/**
 * The class `Pollable` for the glue of one run. For a handle that its guest does not own the glue
 * makes an empty object of the class and calls that; waiting for it has to fail in this run, not
 * to be lost like any other rejection.
 */
export function createPollableClass(options: PollOptions): typeof Pollable {
  return class extends Pollable {
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof Pollable;
    }

    override block(): Promise<never> {
      return fail(new WebAssembly.RuntimeError('unknown handle'), options);
    }
  };
}

/**
 * Makes `wasi:io/poll.poll` for one run: suspends the guest until at least one of the list is
 * ready and gives the places of all that are. An empty list traps, as the interface says.
 */
export function createPoll(
  options: PollOptions,
): (pollables: readonly Pollable[]) => Promise<Uint32Array> {
  return async (pollables) => {
    try {
      const nowNs = monotonicClockNs();
      const nearest = nearestOf(pollables, nowNs);
      await suspend(nearest.leftNs(nowNs), options);
      const thenNs = monotonicClockNs();
      const ready = pollables.flatMap((pollable, index) =>
        pollable === nearest || pollable.leftNs(thenNs) === 0n ? [index] : [],
      );
      return Uint32Array.from(ready);
    } catch (error) {
      // An empty list, or a handle that the guest does not own.
      return fail(error, options);
    }
  };
}

function nearestOf(pollables: readonly Pollable[], nowNs: bigint): Pollable {
  const [first, ...others] = pollables;
  if (first === undefined) throw new WebAssembly.RuntimeError('poll of an empty list');
  let nearest = first;
  let nearestNs = first.leftNs(nowNs);
  for (const pollable of others) {
    const leftNs = pollable.leftNs(nowNs);
    if (leftNs < nearestNs) [nearest, nearestNs] = [pollable, leftNs];
  }
  return nearest;
}

async function suspend(durationNs: bigint, options: PollOptions): Promise<void> {
  try {
    if (durationNs > 0n) await sleep(durationNs, options);
    // A guest that polls in a loop without ever sleeping still has to hear of its end.
    else options.signal?.throwIfAborted();
  } catch (error) {
    await fail(error, options);
  }
}

/** Never settles. */
function fail(reason: unknown, options: PollOptions): Promise<never> {
  options.onFailure(reason);
  return Promise.withResolvers<never>().promise;
}
