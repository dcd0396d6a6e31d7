import type { RuntimeModules } from './runtime-source.js';

export interface PooledRunnerOptions {
  /** The runtimes that worker threads may load. */
  readonly runtimes: RuntimeModules;
  /** Runtimes that threads load when they start, so that no run waits for it. Default: none. */
  readonly preload?: readonly string[];
  /** Threads that compute at once. Default: the processors that this process may use. */
  readonly threads?: number;
  /** Started threads beyond these, so that an ended one costs the next run nothing. Default: 1. */
  readonly spareThreads?: number;
  /** Further threads that may be held by waiting guests of further units of trust. Default: 16. */
  readonly waitingThreadsMax?: number;
  /** Runs on one thread at once, nearly all of which wait. Default: 1,000. */
  readonly runsPerThreadMax?: number;
  /**
   * Most linear memory that guests hold together while they wait, in bytes. Beyond it the largest run of
   * the unit of trust that holds most is ended. Default: 4 GiB.
   */
  readonly waitingMemoryBytesMax?: number;
  /** Runs that wait for a thread. One more is refused, or the last of a unit that has more. Default: 1,000. */
  readonly queueSizeMax?: number;
  /** Containers that a thread keeps initialized. Default: 1,000. */
  readonly containersPerThreadMax?: number;
  /**
   * JavaScript heap of one thread in MiB. Linear memory does not count, but Wasm objects of the
   * garbage collection proposal do: a guest that fills them loses its thread, not the process. Default: 256.
   */
  readonly heapMiB?: number;
  /** How long a guest that waits has to unwind when it is ended, in milliseconds. Default: 100. */
  readonly waitingGraceMs?: number;
  /** How long a guest that computes has when it is ended, before its thread is, in milliseconds. Default: 5. */
  readonly computingGraceMs?: number;
  /** Told when a thread had to be ended, for metrics and the log. */
  readonly onThreadEnded?: (reason: string) => void;
}

export type ResolvedPooledRunnerOptions = Required<PooledRunnerOptions>;

export function resolvePooledRunnerOptions(
  options: PooledRunnerOptions,
  processors: number,
): ResolvedPooledRunnerOptions {
  return {
    runtimes: options.runtimes,
    preload: options.preload ?? [],
    threads: options.threads ?? processors,
    spareThreads: options.spareThreads ?? 1,
    waitingThreadsMax: options.waitingThreadsMax ?? 16,
    runsPerThreadMax: options.runsPerThreadMax ?? 1000,
    waitingMemoryBytesMax: options.waitingMemoryBytesMax ?? 4 * 1024 ** 3,
    queueSizeMax: options.queueSizeMax ?? 1000,
    containersPerThreadMax: options.containersPerThreadMax ?? 1000,
    heapMiB: options.heapMiB ?? 256,
    waitingGraceMs: options.waitingGraceMs ?? 100,
    computingGraceMs: options.computingGraceMs ?? 5,
    onThreadEnded: options.onThreadEnded ?? (() => undefined),
  };
}
