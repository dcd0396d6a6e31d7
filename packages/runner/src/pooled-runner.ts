import { availableParallelism } from 'node:os';
import {
  fromErrorData,
  toRunEndError,
  WasmRuntimeError,
  type CompiledArtifact,
  type ContainerSettings,
  type RunEnd,
} from '@wasmwhisk/runtime';
import type { RunTask, RunTaskResult } from './messages.js';
import {
  resolvePooledRunnerOptions,
  type PooledRunnerOptions,
  type ResolvedPooledRunnerOptions,
} from './pooled-runner-options.js';
import type { Runner, RunnerContainer, RunnerStatus, RunReport, RunRequest } from './runner.js';
import { RuntimeSource } from './runtime-source.js';
import { SeatTable } from './seat-table.js';
import { outOfMemory, WorkerPool, type WorkerSeat } from './worker-pool.js';

/** How often the output of guests that compute is looked at, in milliseconds. */
const peekIntervalMs = 100;

/** A run on its way through the pool. */
interface PooledRun {
  readonly id: number;
  readonly container: RunnerContainer;
  readonly request: RunRequest;
  readonly resolve: (report: RunReport) => void;
  readonly reject: (error: WasmRuntimeError) => void;
  readonly stopListening: () => void;
  readonly deadlineTimer: NodeJS.Timeout;
  readonly queuedAt: number;
  startedAt: number;
  seat: WorkerSeat | undefined;
  /** Why the run is being ended. */
  end: RunEnd | undefined;
  graceTimer: NodeJS.Timeout | undefined;
  logMessages: number;
  /** The answer, while output that belongs before it is still on its way. */
  answer: Exclude<RunTaskResult, { type: 'unknown-container' | 'warmed' }> | undefined;
  settled: boolean;
}

/** Runs in worker threads. See `docs/design/003-threads.md` for who may share one. */
export class PooledRunner implements Runner {
  readonly #options: ResolvedPooledRunnerOptions;
  /** Runtimes on this thread: they check links at `initialize` and never run a guest. */
  readonly #checkers: RuntimeSource;
  readonly #pool: WorkerPool;
  readonly #seats: SeatTable<WorkerSeat>;
  readonly #runs = new Map<number, PooledRun>();
  readonly #queue = new Set<PooledRun>();
  #nextRun = 1;
  #endedThreads = 0;
  #peekTimer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: PooledRunnerOptions) {
    this.#options = resolvePooledRunnerOptions(options, availableParallelism());
    const { threads, spareThreads, waitingThreadsMax, runsPerThreadMax } = this.#options;
    this.#seats = new SeatTable({
      threads,
      threadsMax: threads + spareThreads + waitingThreadsMax,
      runsPerThreadMax,
    });
    this.#checkers = new RuntimeSource(this.#options.runtimes);
    this.#pool = new WorkerPool(this.#options, {
      onSeat: (seat) => {
        this.#seats.add(seat);
        this.#dispatch();
      },
      onSeatClosing: (seat) => {
        this.#seats.remove(seat);
      },
      onSeatGone: (seat) => {
        this.#lose(seat);
      },
      onWaiting: (run, waiting) => {
        this.#setWaiting(run, waiting);
      },
      onLogMessage: (id) => {
        const run = this.#runs.get(id);
        if (run === undefined) return;
        run.logMessages += 1;
        this.#finish(run);
      },
      sinkOf: (run) => this.#runs.get(run)?.request.logs,
    });
  }

  async initialize(
    key: string,
    compiled: CompiledArtifact,
    settings: ContainerSettings,
  ): Promise<RunnerContainer> {
    const checker = await this.#checkers.get(compiled.runtime);
    const checked = await checker.initialize(compiled, settings);
    await checked.destroy();
    return { key, compiled, settings };
  }

  run(container: RunnerContainer, request: RunRequest, signal: AbortSignal): Promise<RunReport> {
    if (this.#closed !== undefined)
      return Promise.reject(toRunEndError({ type: 'shutting-down' } satisfies RunEnd));
    if (signal.aborted) return Promise.reject(toRunEndError(signal.reason));
    const remainingMs = request.deadlineEpochMs - Date.now();
    if (remainingMs <= 0)
      return Promise.reject(toRunEndError({ type: 'timeout' } satisfies RunEnd));
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#end(run, signal.reason as RunEnd);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const run: PooledRun = {
        id: this.#nextRun++,
        container,
        request,
        resolve,
        reject,
        stopListening: () => {
          signal.removeEventListener('abort', onAbort);
        },
        deadlineTimer: setTimeout(() => {
          this.#end(run, { type: 'timeout' });
        }, remainingMs),
        queuedAt: performance.now(),
        startedAt: 0,
        seat: undefined,
        end: undefined,
        graceTimer: undefined,
        logMessages: 0,
        answer: undefined,
        settled: false,
      };
      this.#runs.set(run.id, run);
      if (!this.#place(run)) this.#enqueue(run);
    });
  }

  destroy(container: RunnerContainer): Promise<void> {
    for (const seat of this.#seats)
      if (seat.containers.delete(container.key)) seat.forget.push(container.key);
    return Promise.resolve();
  }

  status(): RunnerStatus {
    let waitingRuns = 0;
    for (const seat of this.#seats) waitingRuns += seat.waiting.size;
    return {
      threads: this.#seats.size,
      busyThreads: this.#seats.busy,
      waitingRuns,
      runningRuns: this.#runs.size - this.#queue.size,
      queuedRuns: this.#queue.size,
      queueSizeMax: this.#options.queueSizeMax,
      endedThreads: this.#endedThreads,
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #shutDown(): Promise<void> {
    for (const run of [...this.#runs.values()]) this.#end(run, { type: 'shutting-down' });
    await this.#pool.close();
    // Threads that were gone before the pool closed have told; what is left has no thread.
    for (const run of [...this.#runs.values()]) this.#settleEnded(run);
    clearInterval(this.#peekTimer);
    await this.#checkers.close();
  }

  /** Gives the run a thread, if one may take it. */
  #place(run: PooledRun): boolean {
    const choice = this.#seats.choose(run.request.trustUnit, this.#pool.starting);
    switch (choice.type) {
      case 'seat':
        this.#sit(run, choice.seat);
        this.#keepSpare();
        return true;
      case 'grow':
        this.#grow();
        return false;
      case 'full':
        return false;
    }
  }

  /** One more thread: it introduces itself, and that dispatches the queue. */
  #grow(): void {
    this.#pool.grow().catch(() => {
      this.#dispatch();
    });
  }

  /** Starts the next thread before it is needed, as long as not all of them exist. */
  #keepSpare(): void {
    const { threads, spareThreads } = this.#options;
    const started = this.#seats.size + this.#pool.starting;
    if (started < threads + spareThreads && this.#seats.idle + this.#pool.starting < spareThreads)
      this.#grow();
  }

  #enqueue(run: PooledRun): void {
    if (this.#queue.size >= this.#options.queueSizeMax) {
      this.#settle(run, () => {
        run.reject(
          new WasmRuntimeError(
            'WW_ERR_RUNTIME_SATURATED',
            `${String(this.#queue.size)} runs are waiting for a thread already, which is the limit.`,
          ),
        );
      });
      this.#runs.delete(run.id);
      return;
    }
    this.#queue.add(run);
  }

  /** First come, first served, except that a run may pass others whose unit has no thread free. */
  #dispatch(): void {
    const refused = new Set<string>();
    for (const run of this.#queue) {
      const { trustUnit } = run.request;
      if (refused.has(trustUnit)) continue;
      if (this.#place(run)) this.#queue.delete(run);
      else refused.add(trustUnit);
    }
  }

  #sit(run: PooledRun, seat: WorkerSeat): void {
    run.seat = seat;
    run.startedAt = performance.now();
    seat.unit = run.request.trustUnit;
    seat.runs.add(run.id);
    this.#peekTimer ??= setInterval(() => {
      this.#peek();
    }, peekIntervalMs).unref();
    this.#post(run, seat);
  }

  #post(run: PooledRun, seat: WorkerSeat): void {
    const { container, request } = run;
    const known = touch(seat.containers, container.key, this.#options.containersPerThreadMax);
    const task: RunTask = {
      type: 'run',
      run: run.id,
      container: container.key,
      input: request.input,
      environment: request.environment,
      deadlineEpochMs: request.deadlineEpochMs,
      logBytesMax: request.logBytesMax,
      // Transferred bytes cannot be sent twice, so nothing may be missing the first time.
      initialize:
        known && typeof request.input === 'string'
          ? undefined
          : { compiled: container.compiled, settings: container.settings },
      forget: seat.forget.length === 0 ? undefined : seat.forget,
    };
    seat.forget = [];
    this.#pool.run(seat, task).then(
      (result) => {
        this.#answer(run, seat, result);
      },
      (error: unknown) => {
        this.#fail(run, seat, error);
      },
    );
  }

  #answer(run: PooledRun, seat: WorkerSeat, result: RunTaskResult): void {
    switch (result.type) {
      case 'unknown-container':
        seat.containers.delete(run.container.key);
        this.#post(run, seat);
        return;
      case 'warmed':
        return;
      case 'done':
      case 'failed':
        run.answer = result;
        this.#finish(run);
        return;
    }
  }

  /** The task could not be posted, or its thread ended. The latter is settled when the thread is gone. */
  #fail(run: PooledRun, seat: WorkerSeat, error: unknown): void {
    if (seat.endReason !== undefined || !isCloneError(error)) return;
    this.#release(run, seat);
    this.#settle(run, () => {
      run.reject(
        new WasmRuntimeError(
          'WW_ERR_RUNTIME_INTERNAL',
          'The run could not be sent to its thread.',
          {
            cause: error,
          },
        ),
      );
    });
  }

  /** Settles a run whose answer is here, once all output that the guest wrote before it is. */
  #finish(run: PooledRun): void {
    const { answer, seat } = run;
    if (answer === undefined || seat === undefined || run.logMessages < answer.logMessages) return;
    if (answer.logs !== undefined) seat.logReader.receive(answer.logs);
    this.#release(run, seat);
    this.#settle(run, () => {
      if (answer.type === 'failed') {
        run.reject(fromErrorData(answer.error));
        return;
      }
      run.resolve({
        result: answer.result,
        usage: answer.usage,
        queuedMs: run.startedAt - run.queuedAt,
        ranMs: performance.now() - run.startedAt,
      });
    });
    this.#dispatch();
  }

  #setWaiting(id: number, waiting: boolean): void {
    const seat = this.#runs.get(id)?.seat;
    if (seat === undefined) return;
    if (!waiting) {
      seat.waiting.delete(id);
      return;
    }
    seat.waiting.add(id);
    this.#dispatch();
  }

  /** Begins to end a run: it leaves the queue, or its guest is asked to unwind, or its thread is ended. */
  #end(run: PooledRun, reason: RunEnd): void {
    if (run.settled || run.end !== undefined) return;
    run.end = reason;
    const { seat } = run;
    if (seat === undefined) {
      this.#queue.delete(run);
      this.#runs.delete(run.id);
      this.#settleEnded(run);
      return;
    }
    this.#pool.cancel(seat, { type: 'cancel', run: run.id, reason });
    this.#giveGrace(run, seat);
  }

  #giveGrace(run: PooledRun, seat: WorkerSeat): void {
    const waits = seat.waiting.has(run.id);
    const { waitingGraceMs, computingGraceMs } = this.#options;
    run.graceTimer = setTimeout(
      () => {
        // While a neighbour computes, a guest that waits cannot unwind; it harms nobody by waiting on,
        // but its caller has waited long enough.
        if (seat.waiting.has(run.id) && seat.runs.size > seat.waiting.size) {
          this.#settleEnded(run);
          this.#giveGrace(run, seat);
          return;
        }
        this.#endedThreads += 1;
        const reason = `a guest of unit "${run.request.trustUnit}" did not end by itself`;
        this.#options.onThreadEnded(reason);
        this.#pool.end(seat, reason);
      },
      waits ? waitingGraceMs : computingGraceMs,
    );
  }

  /** A thread is gone: so is every run on it. */
  #lose(seat: WorkerSeat): void {
    for (const id of [...seat.runs]) {
      const run = this.#runs.get(id);
      if (run === undefined) continue;
      this.#release(run, seat);
      if (run.end !== undefined) this.#settleEnded(run);
      else
        this.#settle(run, () => {
          run.reject(lostError(seat.endReason));
        });
    }
    this.#dispatch();
  }

  #release(run: PooledRun, seat: WorkerSeat): void {
    clearTimeout(run.graceTimer);
    seat.runs.delete(run.id);
    seat.waiting.delete(run.id);
    if (seat.runs.size === 0) seat.unit = undefined;
    this.#runs.delete(run.id);
  }

  #settleEnded(run: PooledRun): void {
    this.#settle(run, () => {
      run.reject(toRunEndError(run.end));
    });
  }

  #settle(run: PooledRun, answer: () => void): void {
    if (run.settled) return;
    run.settled = true;
    clearTimeout(run.deadlineTimer);
    run.stopListening();
    answer();
  }

  #peek(): void {
    if (this.#runs.size === 0) {
      clearInterval(this.#peekTimer);
      this.#peekTimer = undefined;
      return;
    }
    for (const seat of this.#seats) if (seat.runs.size > 0) seat.logReader.peek();
  }
}

/** Notes a use of the container and says whether the thread holds it, by the worker's own rule. */
function touch(containers: Set<string>, key: string, max: number): boolean {
  const known = containers.delete(key);
  containers.add(key);
  if (containers.size > max) {
    const [oldest] = containers;
    if (oldest !== undefined) containers.delete(oldest);
  }
  return known;
}

function lostError(endReason: string | undefined): WasmRuntimeError {
  return endReason === outOfMemory
    ? new WasmRuntimeError(
        'WW_ERR_RUN_MEMORY_LIMIT',
        'The action exhausted its memory and was aborted.',
      )
    : new WasmRuntimeError(
        'WW_ERR_RUN_LOST',
        `The thread of this run ended: ${endReason ?? 'for no known reason'}.`,
      );
}

function isCloneError(error: unknown): boolean {
  return error instanceof Error && error.name === 'DataCloneError';
}
