import {
  toRunEndError,
  WasmRuntimeError,
  type RunEnd,
  type RuntimeContainer,
  type CompiledArtifact,
  type ContainerSettings,
  type WasmRuntime,
} from '@wasmwhisk/runtime';
import type { Runner, RunnerContainer, RunnerStatus, RunReport, RunRequest } from './runner.js';

/**
 * Runs in the calling thread. For engines that have threads of their own, and for tests: a guest
 * that computes on a JavaScript engine holds the thread, and no deadline can end it.
 */
export class InlineRunner implements Runner {
  readonly #runtimes: ReadonlyMap<string, WasmRuntime>;
  readonly #containers = new Map<string, RuntimeContainer>();
  readonly #shutdown = new AbortController();
  #running = 0;

  constructor(runtimes: readonly WasmRuntime[]) {
    this.#runtimes = new Map(runtimes.map((runtime) => [runtime.name, runtime]));
  }

  async initialize(
    key: string,
    compiled: CompiledArtifact,
    settings: ContainerSettings,
  ): Promise<RunnerContainer> {
    const runtime = this.#runtimes.get(compiled.runtime);
    if (runtime === undefined)
      throw new WasmRuntimeError(
        'WW_ERR_RUNTIME_UNAVAILABLE',
        `There is no runtime "${compiled.runtime}" in this runner.`,
      );
    this.#containers.set(key, await runtime.initialize(compiled, settings));
    return { key, compiled, settings };
  }

  async run(
    container: RunnerContainer,
    request: RunRequest,
    signal: AbortSignal,
  ): Promise<RunReport> {
    const initialized = this.#containers.get(container.key);
    if (initialized === undefined)
      throw new WasmRuntimeError('WW_ERR_RUN_ABORTED', 'The container was destroyed.');
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
      const outcome = await initialized.run(
        {
          id: request.activationId,
          input: request.input,
          environment: request.environment,
          deadlineEpochMs: request.deadlineEpochMs,
          trustUnit: request.trustUnit,
          logBytesMax: request.logBytesMax,
          logs: request.logs,
        },
        ended,
      );
      return { ...outcome, queuedMs: 0, ranMs: performance.now() - startedAt };
    } finally {
      this.#running -= 1;
      clearTimeout(timer);
    }
  }

  async destroy(container: RunnerContainer): Promise<void> {
    const initialized = this.#containers.get(container.key);
    this.#containers.delete(container.key);
    await initialized?.destroy();
  }

  status(): RunnerStatus {
    return {
      threads: 0,
      busyThreads: 0,
      waitingRuns: 0,
      runningRuns: this.#running,
      queuedRuns: 0,
      queueSizeMax: 0,
      endedThreads: 0,
    };
  }

  async close(): Promise<void> {
    const reason: RunEnd = { type: 'shutting-down' };
    this.#shutdown.abort(reason);
    this.#containers.clear();
    for (const runtime of this.#runtimes.values()) await runtime.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
