import { constants } from 'node:os';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type StopSignal = (typeof stopSignals)[number];

/** What a shell shows for a process that a signal ended. */
export function exitCodeOf(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}

/** Signals that ask this process to end. */
export interface StopWatch {
  /** Settles at the first one. */
  readonly stopped: Promise<StopSignal>;
  /** Gives signals back to the system, which ends the process. */
  readonly release: () => void;
}

/**
 * One Ctrl-C can arrive several times: from the terminal, and from npm or `timeout` that pass it on.
 * Within this time, in milliseconds, they count as one.
 */
const sameSignalMs = 300;

/** Catches the first signal; the second one ends the process at once. */
export function watchStopSignals(): StopWatch {
  const { promise, resolve } = Promise.withResolvers<StopSignal>();
  let firstAt: number | undefined;
  const onSignal = (signal: StopSignal): void => {
    const now = performance.now();
    firstAt ??= now;
    if (now - firstAt > sameSignalMs) process.exit(exitCodeOf(signal));
    resolve(signal);
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  return {
    stopped: promise,
    release: () => {
      for (const signal of stopSignals) process.off(signal, onSignal);
    },
  };
}
