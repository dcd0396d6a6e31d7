/** Entry of every worker thread: takes runs from the pool and carries them to the runtimes. */
import {
  isMainThread,
  MessageChannel,
  parentPort,
  threadId,
  workerData,
} from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import {
  toErrorData,
  type Activation,
  type LogSink,
  type RuntimeContainer,
} from '@wasmwhisk/runtime';

import { ControlWindowWriter, createControlWindow } from './control-window.js';
import { claim, createClaimWords } from './claim-slots.js';
import { createLogRegion, LogRegionWriter } from './log-region.js';
import type {
  CancelMessage,
  ControlMessage,
  HelloMessage,
  InitializeData,
  RunTask,
  RunTaskResult,
  WorkerSettings,
  WorkerTask,
} from './messages.js';
import { RuntimeSource } from './runtime-source.js';

if (isMainThread || parentPort === null)
  throw new Error('worker.js is the entry of a worker thread and must not be imported elsewhere');

/** A run in progress in this thread. */
interface WorkerRun {
  readonly id: number;
  readonly controller: AbortController;
  logMessages: number;
}

const settings = workerData as WorkerSettings;
const logRegion = createLogRegion();
const claimWords = createClaimWords();
const claims = new Int32Array(claimWords);
const window = createControlWindow();
const windowWriter = new ControlWindowWriter(window);
const { port1: control, port2: controlForMain } = new MessageChannel();
const runs = new Map<number, WorkerRun>();
const containers = new Map<string, RuntimeContainer>();

const runtimes = new RuntimeSource(settings.runtimes, {
  onWaiting(activation, waiting, memoryBytes) {
    const run = Number(activation);
    // What was written before the wait must be readable during the wait.
    if (waiting) logs.flush();
    windowWriter.admit(0);
    post({ type: 'waiting', run, waiting, memoryBytes });
  },
});

const logs = new LogRegionWriter(logRegion, (frames) => {
  const run = runs.get(frames.run);
  if (run !== undefined) run.logMessages += 1;
  windowWriter.admit(frames.frames.length);
  post({ type: 'logs', logs: frames }, [frames.frames.buffer]);
});

control.on('message', (message: CancelMessage) => {
  runs.get(message.run)?.controller.abort(message.reason);
});
// The port must not keep the thread alive: the pool decides about that.
control.unref();

// Loaded before the thread offers itself. One that cannot be loaded fails the run that needs it.
await Promise.allSettled(settings.preload.map((name) => runtimes.get(name)));

const hello: HelloMessage = {
  type: 'hello',
  threadId,
  control: controlForMain,
  logRegion,
  claimWords,
  window,
};
parentPort.postMessage(hello, [controlForMain]);

function post(message: ControlMessage, transfer: ArrayBuffer[] = []): void {
  control.postMessage(message, transfer);
}

/** The pool's task function. */
export default async function runTask(task: WorkerTask): Promise<unknown> {
  if (task.type === 'warm') return { type: 'warmed' } satisfies RunTaskResult;
  for (const key of task.forget ?? []) {
    const container = containers.get(key);
    containers.delete(key);
    await container?.destroy();
  }
  const run: WorkerRun = { id: task.run, controller: new AbortController(), logMessages: 0 };
  runs.set(run.id, run);
  let startedAt = performance.now();
  try {
    const container = await findContainer(task.container, task.initialize);
    if (container === undefined) return { type: 'unknown-container' } satisfies RunTaskResult;
    // As late as can be: until here the run may be given to another thread.
    if (task.slot !== undefined && !claim(claims, task.slot))
      return { type: 'revoked' } satisfies RunTaskResult;
    startedAt = performance.now();
    const outcome = await container.run(toActivation(task, run), run.controller.signal);
    const { json } = outcome.result;
    const taken = logs.take(run.id);
    return withTransfer(
      {
        type: 'done',
        result: outcome.result,
        usage: outcome.usage,
        logs: taken,
        logMessages: run.logMessages,
        ranMs: performance.now() - startedAt,
      },
      typeof json === 'string' ? undefined : json.buffer,
      taken?.frames.buffer,
    );
  } catch (error) {
    const taken = logs.take(run.id);
    return withTransfer(
      {
        type: 'failed',
        error: toErrorData(error),
        logs: taken,
        logMessages: run.logMessages,
        ranMs: performance.now() - startedAt,
      },
      undefined,
      taken?.frames.buffer,
    );
  } finally {
    runs.delete(run.id);
  }
}

async function findContainer(
  key: string,
  initialize: InitializeData | undefined,
): Promise<RuntimeContainer | undefined> {
  const known = containers.get(key);
  if (known !== undefined) {
    // Move to the end: the map's order is the order of use.
    containers.delete(key);
    containers.set(key, known);
    return known;
  }
  if (initialize === undefined) return undefined;
  const runtime = await runtimes.get(initialize.compiled.runtime);
  const container = await runtime.initialize(initialize.compiled, initialize.settings);
  containers.set(key, container);
  if (containers.size > settings.containersMax) {
    const [oldest] = containers;
    if (oldest !== undefined) {
      containers.delete(oldest[0]);
      await oldest[1].destroy();
    }
  }
  return container;
}

function toActivation(task: RunTask, run: WorkerRun): Activation {
  let budget = task.logBytesMax;
  const sink: LogSink = {
    write(stream, bytes) {
      // One byte beyond the limit still goes, so that the receiver knows that there was more.
      if (budget < 0) return;
      const piece = bytes.length > budget + 1 ? bytes.subarray(0, budget + 1) : bytes;
      budget -= piece.length;
      logs.write(run.id, stream, piece);
    },
  };
  return {
    id: String(run.id),
    input: task.input,
    environment: task.environment,
    deadlineEpochMs: task.deadlineEpochMs,
    // Fairness between units is the pool's.
    trustUnit: '',
    logBytesMax: task.logBytesMax,
    logs: sink,
  };
}

/** Wraps a result so that the pool transfers its buffers instead of copying them. */
function withTransfer(
  result: RunTaskResult,
  ...buffers: readonly (ArrayBuffer | undefined)[]
): unknown {
  const transfer = buffers.filter((buffer) => buffer !== undefined);
  return transfer.length === 0
    ? result
    : move({ [transferableSymbol]: transfer, [valueSymbol]: result });
}
