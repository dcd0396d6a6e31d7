import { receiveMessageOnPort, type MessagePort, type Worker } from 'node:worker_threads';
import { Piscina, queueOptionsSymbol } from 'piscina';
import { ControlWindowReader } from './control-window.js';
import { ClaimSlots } from './claim-slots.js';
import { LogRegionReader, type LogFrames } from './log-region.js';
import type {
  CancelMessage,
  ControlMessage,
  HelloMessage,
  RunTask,
  RunTaskResult,
  WorkerSettings,
  WorkerTask,
} from './messages.js';
import type { ResolvedPooledRunnerOptions } from './pooled-runner-options.js';
import type { Seat } from './seat-table.js';
import type { LogSink } from '@wasmwhisk/runtime';

/** A worker thread and what the main thread knows of it. */
export interface WorkerSeat extends Seat {
  readonly threadId: number;
  readonly worker: Worker;
  readonly control: MessagePort;
  readonly logReader: LogRegionReader;
  readonly claims: ClaimSlots;
  /** How long runs take here lately, in milliseconds. */
  runMs: number;
  /** When the thread last took or answered a run. */
  progressAt: number;
  /** Containers that the thread holds, in the order of their last use; mirrors the worker's own list. */
  readonly containers: Set<string>;
  /** Containers that were destroyed, to be told with the next task. */
  forget: string[];
  /** Why the thread ended or is about to; such a seat takes no more runs. */
  endReason: string | undefined;
}

/** What happens to threads, told to the runner. */
export interface WorkerPoolEvents {
  readonly onSeat: (seat: WorkerSeat) => void;
  /** The thread will take no more tasks. */
  readonly onSeatClosing: (seat: WorkerSeat) => void;
  /** The thread is gone, its last output was handed on. */
  readonly onSeatGone: (seat: WorkerSeat) => void;
  readonly onWaiting: (run: number, waiting: boolean, memoryBytes: number) => void;
  readonly onLogMessage: (run: number) => void;
  readonly sinkOf: (run: number) => LogSink | undefined;
}

/**
 * Piscina's threads with names on them. Piscina starts, replaces and ends threads and carries tasks
 * and answers; which thread takes a task is decided above (`SeatTable`), and handed through its
 * balancer by thread id.
 *
 * Tasks carry no abort signal: piscina keeps abortable tasks out of its queue limit, and ends the
 * thread itself without telling which. `end` does it here instead, with a reason.
 */
export class WorkerPool {
  readonly #pool: Piscina<WorkerTask, RunTaskResult>;
  readonly #events: WorkerPoolEvents;
  readonly #seats = new Map<number, WorkerSeat>();
  #starting = 0;

  constructor(options: ResolvedPooledRunnerOptions, events: WorkerPoolEvents) {
    this.#events = events;
    const settings: WorkerSettings = {
      runtimes: options.runtimes,
      preload: options.preload,
      containersMax: options.containersPerThreadMax,
    };
    const threads = options.threads + options.spareThreads;
    this.#pool = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      // One to compute and the spare ones: a process that has nothing to do holds no more.
      minThreads: Math.min(threads, 1 + options.spareThreads),
      maxThreads: threads + options.waitingThreadsMax,
      // Threads beyond these go when they had nothing to do for this long, in milliseconds.
      idleTimeout: 60_000,
      concurrentTasksPerWorker: options.runsPerThreadMax + 1,
      maxQueue: options.waitingThreadsMax + 1,
      recordTiming: false,
      // A worker sees nothing of the host's environment, nor could a guest that reached it.
      env: {},
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: options.heapMiB },
      loadBalancer: (task, workers) => {
        const target = threadOf(task);
        return (
          workers.find((worker) => worker.id === target) ??
          // Without a target it is a thread's first task: it goes to one that nobody knows yet.
          (target === undefined
            ? (workers.find((worker) => !this.#seats.has(worker.id)) ?? null)
            : null)
        );
      },
    });
    this.#pool.on('message', (message: HelloMessage) => {
      this.#welcome(message);
    });
    this.#pool.on('workerDestroy', (worker: { readonly id: number }) => {
      const seat = this.#seats.get(worker.id);
      if (seat !== undefined) this.#close(seat, 'the thread was idle or failed');
    });
    // Faults of a thread without tasks. The thread's end is seen on the thread itself.
    this.#pool.on('error', () => undefined);
  }

  /** Threads that were asked for and have not introduced themselves. */
  get starting(): number {
    return this.#starting;
  }

  /** Asks for one more thread. */
  async grow(): Promise<void> {
    this.#starting += 1;
    try {
      await this.#pool.run({ type: 'warm' });
    } finally {
      this.#starting -= 1;
    }
  }

  /** Carries a task to a thread. Rejects when the task cannot be posted or the thread ends under it. */
  run(seat: WorkerSeat, task: RunTask): Promise<RunTaskResult> {
    const targeted = Object.assign(task, { [queueOptionsSymbol]: { threadId: seat.threadId } });
    return typeof task.input === 'string'
      ? this.#pool.run(targeted)
      : this.#pool.run(targeted, { transferList: [task.input.buffer] });
  }

  cancel(seat: WorkerSeat, message: CancelMessage): void {
    seat.control.postMessage(message);
  }

  /** Ends a thread, with everything on it. */
  end(seat: WorkerSeat, reason: string): void {
    if (seat.endReason !== undefined) return;
    this.#close(seat, reason);
    void seat.worker.terminate();
  }

  async close(): Promise<void> {
    for (const seat of this.#seats.values()) this.#close(seat, 'the pool was closed');
    await this.#pool.destroy();
  }

  #welcome(hello: HelloMessage): void {
    const worker = this.#pool.threads.find((thread) => thread.threadId === hello.threadId);
    // Ended before it introduced itself; piscina has started another by now.
    if (worker === undefined) return;
    const seat: WorkerSeat = {
      threadId: hello.threadId,
      worker,
      control: hello.control,
      logReader: new LogRegionReader(hello.logRegion, this.#events.sinkOf),
      claims: new ClaimSlots(hello.claimWords),
      runMs: Infinity,
      progressAt: 0,
      containers: new Set(),
      forget: [],
      endReason: undefined,
      unit: undefined,
      runs: new Set(),
      waiting: new Set(),
      slow: false,
    };
    this.#seats.set(seat.threadId, seat);
    const window = new ControlWindowReader(hello.window);
    seat.control.on('message', (message: ControlMessage) => {
      // Taken before the sink may give it away.
      const bytes = message.type === 'logs' ? message.logs.frames.length : 0;
      this.#receive(seat, message);
      // Only when it was handled: a guest gets no further ahead of this thread than the window.
      if (message.type === 'logs')
        seat.logReader.afterOutput(() => {
          window.release(bytes);
        });
      else window.release(bytes);
    });
    // Neither a thread nor its port keeps the process alive; a run in progress does, by its socket.
    seat.control.unref();
    worker.on('error', (error) => {
      // Piscina has closed the seat by now, without knowing why.
      seat.endReason = isOutOfMemory(error) ? outOfMemory : `the thread failed: ${String(error)}`;
    });
    worker.once('exit', () => {
      this.#bury(seat);
    });
    this.#events.onSeat(seat);
  }

  #receive(seat: WorkerSeat, message: ControlMessage): void {
    switch (message.type) {
      case 'waiting':
        this.#events.onWaiting(message.run, message.waiting, message.memoryBytes);
        return;
      case 'logs':
        this.#deliver(seat, message.logs);
        return;
    }
  }

  #deliver(seat: WorkerSeat, logs: LogFrames): void {
    seat.logReader.receive(logs);
    seat.logReader.afterOutput(() => {
      this.#events.onLogMessage(logs.run);
    });
  }

  #close(seat: WorkerSeat, reason: string): void {
    seat.endReason ??= reason;
    this.#events.onSeatClosing(seat);
  }

  #bury(seat: WorkerSeat): void {
    this.#seats.delete(seat.threadId);
    this.#close(seat, 'the thread exited');
    // Messages first, then the region: what a message carried must not be taken from there again.
    for (;;) {
      const entry = receiveMessageOnPort(seat.control) as { message: ControlMessage } | undefined;
      if (entry === undefined) break;
      this.#receive(seat, entry.message);
    }
    seat.logReader.peek('end');
    seat.control.close();
    seat.logReader.afterOutput(() => {
      this.#events.onSeatGone(seat);
    });
  }
}

/** The end reason of a thread whose JavaScript heap was full. */
export const outOfMemory = 'the JavaScript heap of the thread was full';

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

function threadOf(task: object): number | undefined {
  const options = (task as Record<symbol, unknown>)[queueOptionsSymbol];
  return typeof options === 'object' && options !== null && 'threadId' in options
    ? Number(options.threadId)
    : undefined;
}
