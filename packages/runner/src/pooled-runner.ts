import { availableParallelism } from 'node:os';
import {
  toRunEndError,
  WasmRuntimeError,
  type CompiledArtifact,
  type ContainerSettings,
  type RunEnd,
} from '@wasmwhisk/runtime';
import { AheadRuns, noteProgress } from './ahead-runs.js';
import { touch } from './container-mirror.js';
import { FairQueue } from './fair-queue.js';
import type { RunTask, RunTaskResult } from './messages.js';
import { Departures } from './departures.js';
import {
  createPooledRun,
  endError,
  giveAnswer,
  isCloneError,
  lostError,
  saturatedError,
  type PooledRun,
} from './pooled-run.js';
import {
  resolvePooledRunnerOptions,
  type PooledRunnerOptions,
  type ResolvedPooledRunnerOptions,
} from './pooled-runner-options.js';
import type { Runner, RunnerContainer, RunnerStatus, RunReport, RunRequest } from './runner.js';
import { RuntimeSource } from './runtime-source.js';
import { SeatTable } from './seat-table.js';
import { WaitingMemory } from './waiting-memory.js';
import { WorkerPool, type WorkerSeat } from './worker-pool.js';

/** How often guests that compute are looked at, in milliseconds. */
const peekIntervalMs = 100;

/** Who computes for longer than this no longer keeps other units of trust from a thread, in milliseconds. */
const slowAfterMs = 1000;

/** An ended thread that is not gone by then is busy in the engine; its runs are answered without it. In milliseconds. */
const goneAfterMs = 1000;

/** Runs in worker threads. See `docs/design/003-threads.md` for who may share one. */
export class PooledRunner implements Runner {
  readonly #options: ResolvedPooledRunnerOptions;
  /** Runtimes on this thread: they check links at `initialize` and never run a guest. */
  readonly #checkers: RuntimeSource;
  readonly #ownsCheckers: boolean;
  readonly #pool: WorkerPool;
  readonly #seats: SeatTable<WorkerSeat>;
  readonly #runs = new Map<number, PooledRun>();
  readonly #queue = new FairQueue<PooledRun>();
  readonly #waitingMemory = new WaitingMemory();
  readonly #departures = new Departures(this.#runs);
  #nextRun = 1;
  #endedThreads = 0;
  #peekTimer: NodeJS.Timeout | undefined;
  #dispatchTimer: NodeJS.Immediate | undefined;
  readonly #ahead = new AheadRuns({
    sit: this.#sit.bind(this),
    leave: this.#leave.bind(this),
    moveOn: this.#moveOn.bind(this),
  });
  #closed: Promise<void> | undefined;

  /** `checkers`: the runtimes of this thread, where others use them too; they are not closed here. Default: its own. */
  constructor(options: PooledRunnerOptions, checkers?: RuntimeSource) {
    this.#options = resolvePooledRunnerOptions(options, availableParallelism());
    const { threads, spareThreads, waitingThreadsMax, runsPerThreadMax } = this.#options;
    this.#seats = new SeatTable({
      threads,
      threadsMax: threads + spareThreads + waitingThreadsMax,
      runsPerThreadMax,
    });
    this.#checkers = checkers ?? new RuntimeSource(this.#options.runtimes);
    this.#ownsCheckers = checkers === undefined;
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
        this.#departures.threadGone(seat);
      },
      onWaiting: (run, waiting, memoryBytes) => {
        this.#setWaiting(run, waiting, memoryBytes);
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
      const run: PooledRun = createPooledRun({
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
      });
      this.#runs.set(run.id, run);
      // Ahead only while nobody queues, so that no other unit waits for it.
      const isAhead =
        this.#queue.size === 0 && !this.#isFull() && this.#ahead.post(run, this.#seats);
      if (!isAhead && !this.#place(run)) this.#enqueue(run);
    });
  }

  destroy(container: RunnerContainer): Promise<void> {
    for (const seat of this.#seats)
      if (seat.containers.delete(container.key)) seat.forget.push(container.key);
    return this.#departures.whenGone(container.key);
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
    this.#ahead.close();
    clearImmediate(this.#dispatchTimer);
    if (this.#ownsCheckers) await this.#checkers.close();
  }

  /** Gives the run a thread, if one may take it. */
  #place(run: PooledRun): boolean {
    const choice = this.#seats.choose(run.unit, this.#pool.starting);
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

  /** Gives a run that is off its thread to another one, or lets it wait for one. */
  #moveOn(run: PooledRun): void {
    if (!this.#place(run)) this.#queue.add(run);
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
    if (this.#isFull()) {
      const given = this.#queue.makeRoomFor(run.unit);
      this.#refuse(given ?? run);
      if (given === undefined) return;
    }
    this.#queue.add(run);
  }

  /** Runs ahead count: they wait too, and may be moved to the queue. */
  #isFull(): boolean {
    return this.#queue.size + this.#ahead.size >= this.#options.queueSizeMax;
  }

  #refuse(run: PooledRun): void {
    this.#runs.delete(run.id);
    this.#settle(run, () => {
      run.reject(saturatedError(this.#options.queueSizeMax));
    });
  }

  #dispatch(): void {
    this.#queue.serve((run) => this.#place(run));
  }

  /** Once for all the guests that changed their state meanwhile. */
  #dispatchSoon(): void {
    if (this.#queue.size === 0) return;
    this.#dispatchTimer ??= setImmediate(() => {
      this.#dispatchTimer = undefined;
      this.#dispatch();
    });
  }

  #sit(run: PooledRun, seat: WorkerSeat): void {
    run.seat = seat;
    run.startedAt = performance.now();
    seat.unit = run.unit;
    if (seat.runs.size === 0) seat.progressAt = run.startedAt;
    seat.runs.add(run.id);
    this.#peekTimer ??= setInterval(this.#peek.bind(this), peekIntervalMs).unref();
    this.#post(run, seat);
  }

  #post(run: PooledRun, seat: WorkerSeat): void {
    const { container, request } = run;
    const known = touch(seat.containers, container.key, this.#options.containersPerThreadMax);
    const task: RunTask = {
      type: 'run',
      run: run.id,
      slot: run.slot,
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
        const isTakenBack = run.seat !== seat || run.slot !== task.slot;
        if (task.slot !== undefined && (isTakenBack || result.type !== 'unknown-container'))
          seat.claims.give(task.slot);
        if (!isTakenBack) this.#answer(run, seat, result);
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
      case 'revoked':
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
          { cause: error },
        ),
      );
    });
  }

  /** Settles a run whose answer is here, once all output that the guest wrote before it is. */
  #finish(run: PooledRun): void {
    const { answer, seat } = run;
    if (answer === undefined || seat === undefined || run.logMessages < answer.logMessages) return;
    if (answer.logs !== undefined) seat.logReader.receive(answer.logs);
    noteProgress(seat, answer.ranMs);
    this.#release(run, seat);
    seat.logReader.afterOutput(() => {
      this.#settle(run, () => {
        giveAnswer(run, answer);
      });
    });
    this.#dispatch();
  }

  #setWaiting(id: number, waiting: boolean, memoryBytes: number): void {
    const run = this.#runs.get(id);
    if (run?.seat === undefined) return;
    const { seat, unit } = run;
    if (!waiting) {
      seat.waiting.delete(id);
      this.#waitingMemory.delete(id);
      return;
    }
    seat.waiting.add(id);
    seat.slow = false;
    this.#waitingMemory.add(id, { unit, bytes: memoryBytes });
    this.#limitWaitingMemory();
    this.#dispatchSoon();
  }

  #limitWaitingMemory(): void {
    while (this.#waitingMemory.bytes > this.#options.waitingMemoryBytesMax) {
      const id = this.#waitingMemory.largest();
      if (id === undefined) return;
      // Counted no more: it is on its way out.
      this.#waitingMemory.delete(id);
      const run = this.#runs.get(id);
      if (run !== undefined) this.#end(run, { type: 'waiting-memory' });
    }
  }

  /** Begins to end a run: it leaves the queue, or its guest is asked to unwind, or its thread is ended. */
  #end(run: PooledRun, reason: RunEnd): void {
    // The guest has ended when its answer is here; only its output is still being handled.
    if (run.settled || run.end !== undefined || run.answer !== undefined) return;
    run.end = reason;
    const { seat } = run;
    if (seat === undefined) {
      this.#queue.delete(run);
      this.#runs.delete(run.id);
      this.#settleEnded(run);
      return;
    }
    if (this.#ahead.revoke(run, seat)) {
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
        const reason = `a guest of unit "${run.unit}" did not end by itself`;
        this.#options.onThreadEnded(reason);
        this.#departures.threadEnding(seat);
        this.#pool.end(seat, reason);
        this.#giveUpWaiting(seat);
      },
      waits ? waitingGraceMs : computingGraceMs,
    );
  }

  /** A thread ends at once, unless the engine is compiling or clearing memory there and cannot be interrupted. */
  #giveUpWaiting(seat: WorkerSeat): void {
    setTimeout(() => {
      seat.logReader.peek('end');
      seat.logReader.afterOutput(() => {
        this.#lose(seat);
      });
    }, goneAfterMs).unref();
  }

  /** A thread is gone: so is every run on it. */
  #lose(seat: WorkerSeat): void {
    for (const id of [...seat.runs]) {
      const run = this.#runs.get(id);
      if (run === undefined) continue;
      if (this.#ahead.revoke(run, seat)) {
        // It never began.
        this.#moveOn(run);
        continue;
      }
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
    this.#ahead.delete(run);
    this.#waitingMemory.delete(run.id);
    this.#leave(run, seat);
    this.#runs.delete(run.id);
    this.#departures.runsReleased();
  }

  #leave(run: PooledRun, seat: WorkerSeat): void {
    seat.runs.delete(run.id);
    seat.waiting.delete(run.id);
    if (seat.runs.size > 0) return;
    seat.unit = undefined;
    seat.slow = false;
  }

  #settleEnded(run: PooledRun): void {
    this.#settle(run, () => {
      run.reject(endError(run));
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
    const startedBefore = performance.now() - slowAfterMs;
    for (const seat of this.#seats) {
      if (seat.runs.size === 0) continue;
      seat.logReader.peek('now');
      for (const id of seat.runs)
        if (!seat.waiting.has(id) && (this.#runs.get(id)?.startedAt ?? Infinity) < startedBefore)
          seat.slow = true;
    }
    this.#dispatchSoon();
  }
}
