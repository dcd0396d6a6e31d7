import type { CompiledArtifact, ContainerSettings, LogSink, RunOutcome } from '@wasmwhisk/runtime';
import type { JsonText } from '@wasmwhisk/json-text';

/** A container that a runner has taken. What it is lives here, on the main thread; worker threads only cache it. */
export interface RunnerContainer {
  /** Chosen by the caller, unique among the containers of the runner. */
  readonly key: string;
  readonly compiled: CompiledArtifact;
  readonly settings: ContainerSettings;
}

/** One run, as the executor asks for it. */
export interface RunRequest {
  /** For messages only. */
  readonly activationId: string;
  readonly input: JsonText;
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** When the run is ended, in milliseconds since 1970. */
  readonly deadlineEpochMs: number;
  /**
   * The unit of trust: runs of one unit may share a worker thread, runs of two never do at the same time.
   * A namespace, or a container id.
   */
  readonly trustUnit: string;
  /** Guest output beyond this many bytes is dropped already in the worker thread. */
  readonly logBytesMax: number;
  /** Receives the guest's output as it comes. */
  readonly logs: LogSink;
}

/** What a run gave, and how long it took. */
export interface RunReport extends RunOutcome {
  /**
   * Time until a thread began the run, in milliseconds; with a worker thread, the way back from it too.
   * 0 where guests run on the calling thread.
   */
  readonly queuedMs: number;
  /** Time in the runtime, in milliseconds. */
  readonly ranMs: number;
}

/** Numbers for metrics and for readiness. */
export interface RunnerStatus {
  readonly threads: number;
  /** Threads that a guest computes on now. */
  readonly busyThreads: number;
  /** Runs that gave their thread back to wait. */
  readonly waitingRuns: number;
  readonly runningRuns: number;
  readonly queuedRuns: number;
  readonly queueSizeMax: number;
  /** Threads that were ended because a guest no longer answered, since the start. */
  readonly endedThreads: number;
}

/** Carries initialize, run and destroy to a runtime: in this thread, or in worker threads. */
export interface Runner extends AsyncDisposable {
  /**
   * Checks that the artifact links under the settings and takes the container. Runs no guest code.
   *
   * @throws WasmRuntimeError as `WasmRuntime.initialize`, and `WW_ERR_RUNTIME_UNAVAILABLE`
   */
  initialize(
    key: string,
    compiled: CompiledArtifact,
    settings: ContainerSettings,
  ): Promise<RunnerContainer>;

  /**
   * Runs one activation. `signal` (reason: a `RunEnd`) or the deadline ends it; the promise then
   * rejects within milliseconds, whatever the guest does.
   *
   * @throws WasmRuntimeError as `RuntimeContainer.run`, and `WW_ERR_RUN_TIMEOUT`, `WW_ERR_RUN_ABORTED`,
   *   `WW_ERR_RUN_LOST`, `WW_ERR_RUNTIME_SATURATED`
   */
  run(container: RunnerContainer, request: RunRequest, signal: AbortSignal): Promise<RunReport>;

  /**
   * Forgets a container. Runs in progress are not ended: abort them by their signals. Resolves when none
   * of its guests can run any more, which may be after their runs were answered. Idempotent.
   */
  destroy(container: RunnerContainer): Promise<void>;

  status(): RunnerStatus;

  /** Ends every run (`shutting-down`) and frees all threads. Idempotent. */
  close(): Promise<void>;
}
