import { monotonicClockNs } from './clocks.js';

/** Longest delay of a timer of Node.js; a longer one would end at once. */
const timerMsMax = 2 ** 31 - 1;

export interface SleepOptions {
  /** Ends the sleep: it rejects with the signal's reason. */
  readonly signal: AbortSignal | undefined;
  /** Told just before the guest gives its thread back, and when it goes on, be it only to be unwound. */
  readonly onWaiting: ((waiting: boolean) => void) | undefined;
}

/**
 * Sleeps without holding the thread. For faces whose guests are suspended (JSPI).
 * Never shorter than asked; up to a millisecond longer.
 */
export async function sleep(durationNs: bigint, options: SleepOptions): Promise<void> {
  const { signal, onWaiting } = options;
  signal?.throwIfAborted();
  onWaiting?.(true);
  try {
    const endNs = monotonicClockNs() + durationNs;
    // Timers count whole milliseconds of their own clock and may fire early by this one.
    for (let leftNs = durationNs; leftNs > 0n; leftNs = endNs - monotonicClockNs()) {
      await delay(Math.min(toMilliseconds(leftNs), timerMsMax), signal);
    }
  } finally {
    onWaiting?.(false);
  }
}

/**
 * Waits for something that is not a timer, a host call, the way `sleep` does.
 *
 * @throws the signal's reason, or what `work` rejects with
 */
export async function waitFor<Result>(
  work: Promise<Result>,
  options: SleepOptions,
): Promise<Result> {
  const { signal, onWaiting } = options;
  signal?.throwIfAborted();
  onWaiting?.(true);
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    aborted.reject(signal?.reason as Error);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    onWaiting?.(false);
  }
}

/** Sleeps and holds the thread. For guests that cannot be suspended. */
export function sleepBlocking(durationNs: bigint): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const endNs = monotonicClockNs() + durationNs;
  for (let leftNs = durationNs; leftNs > 0n; leftNs = endNs - monotonicClockNs()) {
    Atomics.wait(cell, 0, 0, Number(leftNs) / 1e6);
  }
}

function toMilliseconds(durationNs: bigint): number {
  return Math.ceil(Number(durationNs) / 1e6);
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
