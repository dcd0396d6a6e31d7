import { monotonicClockNs } from '../core/clocks.js';
import { sleep } from '../core/waiting.js';
import { GuestResource, type GuestContext } from './guest-context.js';

/**
 * The resource `wasi:io/poll.pollable`. Everything but a clock is ready at once here: files, pipes
 * and the guest's own streams never keep it waiting.
 */
export class Pollable extends GuestResource {
  readonly #deadlineNs: bigint | undefined;

  /** @param deadlineNs - on the monotonic clock; `undefined` is ready at once. */
  constructor(deadlineNs: bigint | undefined, context: GuestContext) {
    super(context);
    this.#deadlineNs = deadlineNs;
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
    return suspend(this.leftNs(monotonicClockNs()), this.context);
  }
}

/**
 * The class `Pollable` for the glue of one run. For a handle that its guest does not own the glue
 * makes an empty object of the class and calls that; waiting for it has to fail in this run, not
 * to be lost like any other rejection.
 */
export function createPollableClass(context: GuestContext): typeof Pollable {
  return class extends Pollable {
    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof Pollable;
    }

    override block(): Promise<never> {
      return fail(new WebAssembly.RuntimeError('unknown handle'), context);
    }
  };
}

/**
 * Makes `wasi:io/poll.poll` for one run: suspends the guest until at least one of the list is
 * ready and gives the places of all that are. An empty list traps, as the interface says.
 */
export function createPoll(
  context: GuestContext,
): (pollables: readonly Pollable[]) => Promise<Uint32Array> {
  return async (pollables) => {
    try {
      const nowNs = monotonicClockNs();
      const nearest = nearestOf(pollables, nowNs);
      await suspend(nearest.leftNs(nowNs), context);
      const thenNs = monotonicClockNs();
      const ready = pollables.flatMap((pollable, index) =>
        pollable === nearest || pollable.leftNs(thenNs) === 0n ? [index] : [],
      );
      return Uint32Array.from(ready);
    } catch (error) {
      // An empty list, or a handle that the guest does not own.
      return fail(error, context);
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

async function suspend(durationNs: bigint, context: GuestContext): Promise<void> {
  try {
    if (durationNs > 0n) await sleep(durationNs, context);
    // A guest that polls in a loop without ever sleeping still has to hear of its end.
    else context.signal?.throwIfAborted();
  } catch (error) {
    await fail(error, context);
  }
}

/** Never settles. */
function fail(reason: unknown, context: GuestContext): Promise<never> {
  context.onFailure(reason);
  return Promise.withResolvers<never>().promise;
}
