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

/** Catches the first signal; the second one ends the process at once. */
export function watchStopSignals(): StopWatch {
  const { promise, resolve } = Promise.withResolvers<StopSignal>();
  let first: StopSignal | undefined;
  const onSignal = (signal: StopSignal): void => {
    if (first !== undefined) process.exit(exitCodeOf(signal));
    first = signal;
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
