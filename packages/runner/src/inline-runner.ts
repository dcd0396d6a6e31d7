import {
  toRunEndError,
  WasmRuntimeError,
  type Activation,
  type RunEnd,
  type RuntimeContainer,
  type CompiledArtifact,
  type ContainerSettings,
  type WasmRuntime,
} from '@wasmwhisk/runtime';
import type { Runner, RunnerContainer, RunnerStatus, RunReport, RunRequest } from './runner.js';
import type { RuntimeSource } from './runtime-source.js';

/** A container of a runtime, and who looks after its runs. */
interface InlineContainer {
  readonly container: RuntimeContainer;
  readonly threading: WasmRuntime['threading'];
}

/**
 * Runs in the calling thread. For engines that have threads of their own, and for tests: a guest
 * that computes on a JavaScript engine holds the thread, and no deadline can end it.
 *
 * A runtime with threads of its own is handed request and signal as they are: it enforces the
 * deadline, ends what is aborted, and rejects what is left when it is closed.
 */
export class InlineRunner implements Runner {
  readonly #runtimes: readonly WasmRuntime[] | RuntimeSource;
  readonly #containers = new Map<string, InlineContainer>();
  readonly #shutdown = new AbortController();
  #running = 0;

  /** Runtimes of a list are closed with the runner. A source stays with its owner. */
  constructor(runtimes: readonly WasmRuntime[] | RuntimeSource) {
    this.#runtimes = runtimes;
  }

  async initialize(
    key: string,
    compiled: CompiledArtifact,
    settings: ContainerSettings,
  ): Promise<RunnerContainer> {
    const runtime = await this.#find(compiled.runtime);
    const container = await runtime.initialize(compiled, settings);
    this.#containers.set(key, { container, threading: runtime.threading });
    return { key, compiled, settings };
  }

  run(container: RunnerContainer, request: RunRequest, signal: AbortSignal): Promise<RunReport> {
    const initialized = this.#containers.get(container.key);
    if (initialized === undefined)
      return Promise.reject(
        new WasmRuntimeError('WW_ERR_RUN_ABORTED', 'The container was destroyed.'),
      );
    if (this.#shutdown.signal.aborted)
      return Promise.reject(toRunEndError(this.#shutdown.signal.reason));
    if (initialized.threading === 'caller')
      return this.#runHere(initialized.container, request, signal);
    // Nothing but the call: this is the way of every short run, and each promise or timer would show.
    const startedAt = performance.now();
    return initialized.container
      .run(toActivation(request), signal)
      .then(({ result, usage, queuedMs = 0 }) => ({
        result,
        usage,
        queuedMs,
        ranMs: Math.max(0, performance.now() - startedAt - queuedMs),
      }));
  }

  async destroy(container: RunnerContainer): Promise<void> {
    const initialized = this.#containers.get(container.key);
    this.#containers.delete(container.key);
    await initialized?.container.destroy();
  }

  status(): RunnerStatus {
    const runtimes = 'loaded' in this.#runtimes ? this.#runtimes.loaded() : this.#runtimes;
    let status: RunnerStatus = {
      threads: 0,
      busyThreads: 0,
      waitingRuns: 0,
      runningRuns: this.#running,
      queuedRuns: 0,
      queueSizeMax: 0,
      endedThreads: 0,
    };
    for (const runtime of runtimes) {
      const told = runtime.status?.();
      if (told !== undefined) status = addStatus(status, { ...told, endedThreads: 0 });
    }
    return status;
  }

  async close(): Promise<void> {
    const reason: RunEnd = { type: 'shutting-down' };
    this.#shutdown.abort(reason);
    this.#containers.clear();
    if ('loaded' in this.#runtimes) return;
    for (const runtime of this.#runtimes) await runtime.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #find(name: string): Promise<WasmRuntime> {
    if ('loaded' in this.#runtimes) return this.#runtimes.get(name);
    const runtime = this.#runtimes.find((candidate) => candidate.name === name);
    if (runtime === undefined)
      throw new WasmRuntimeError(
        'WW_ERR_RUNTIME_UNAVAILABLE',
        `There is no runtime "${name}" in this runner.`,
      );
    return runtime;
  }

  /** For runtimes that hold the calling thread: the deadline reaches a guest that waits. */
  async #runHere(
    container: RuntimeContainer,
    request: RunRequest,
    signal: AbortSignal,
  ): Promise<RunReport> {
    const timeout: RunEnd = { type: 'timeout' };
    const remainingMs = request.deadlineEpochMs - Date.now();
    // A timer would fire only after a guest that holds this thread.
    if (remainingMs <= 0) throw toRunEndError(timeout);
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort(timeout);
    }, remainingMs);
    const ended = AbortSignal.any([signal, deadline.signal, this.#shutdown.signal]);
    if (ended.aborted) {
      clearTimeout(timer);
      throw toRunEndError(ended.reason);
    }
    const startedAt = performance.now();
    this.#running += 1;
    try {
      const outcome = await container.run(toActivation(request), ended);
      return { ...outcome, queuedMs: 0, ranMs: performance.now() - startedAt };
    } finally {
      this.#running -= 1;
      clearTimeout(timer);
    }
  }
}

/** The numbers of two together. */
export function addStatus(one: RunnerStatus, other: RunnerStatus): RunnerStatus {
  return {
    threads: one.threads + other.threads,
    busyThreads: one.busyThreads + other.busyThreads,
    waitingRuns: one.waitingRuns + other.waitingRuns,
    runningRuns: one.runningRuns + other.runningRuns,
    queuedRuns: one.queuedRuns + other.queuedRuns,
    queueSizeMax: one.queueSizeMax + other.queueSizeMax,
    endedThreads: one.endedThreads + other.endedThreads,
  };
}

function toActivation(request: RunRequest): Activation {
  return {
    id: request.activationId,
    input: request.input,
    environment: request.environment,
    deadlineEpochMs: request.deadlineEpochMs,
    trustUnit: request.trustUnit,
    logBytesMax: request.logBytesMax,
    logs: request.logs,
  };
}
