import type { Artifact, ArtifactDescription, PrecompiledCode } from '@wasmwhisk/artifact';
import type { Activation, RunOutcome } from './activation.js';
import type { CommandOutcome, CommandRun } from './command-run.js';
import type { RuntimeFeature } from './features.js';
import type { CompileLimits, ContainerSettings } from './settings.js';

/** The runtimes that ship with wasmwhisk. */
export type RuntimeName = 'v8' | 'wasmer' | 'jco' | 'wasmtime';

/** Whether a runtime can run an artifact, said without compiling it. `reason` is a clause for a developer. */
export type Assessment =
  { readonly type: 'supported' } | { readonly type: 'unsupported'; readonly reason: string };

/**
 * Engine-specific code made from an artifact. Plain data that survives structured clone
 * (a `WebAssembly.Module` does), so that one compilation serves every worker thread.
 */
export interface CompiledArtifact {
  /** The runtime that made it, and the only one that can use it. */
  readonly runtime: RuntimeName | (string & {});
  /** Digest of the artifact it was made from. */
  readonly digest: string;
  /** Belongs to the runtime; nobody else looks inside. */
  readonly code: unknown;
}

/**
 * One engine behind one contract. The phases, from rare to frequent; what is costly happens in the
 * earliest one that can know it:
 *
 * 1. `precompile`: once per artifact digest and process;
 * 2. `initialize`: once per container (and worker thread);
 * 3. `RuntimeContainer.run`: once per activation, always in a fresh instance.
 *
 * Failures are thrown as `WasmRuntimeError`; an error that the guest returns is a value
 * (`ActionResult` of type `application-error`).
 */
export interface WasmRuntime extends AsyncDisposable {
  readonly name: CompiledArtifact['runtime'];
  /**
   * Where guests run. `caller`: on the thread that calls, which a guest that computes holds; a runner
   * gives such runtimes worker threads. `own`: on threads of the engine. A runtime of this kind
   * enforces deadline, abort, `Activation.logBytesMax` and fairness between units of trust itself,
   * and is called on the main thread.
   */
  readonly threading: 'caller' | 'own';
  /** What this runtime declares to the conformance suite. */
  readonly features: ReadonlySet<RuntimeFeature>;

  /** Says whether the artifact can run here. Cheap and synchronous: looks at the description only. */
  assess(description: ArtifactDescription): Assessment;

  /**
   * Compiles. May hold the thread for seconds (jco); callers keep it off their event loop.
   *
   * @throws WasmRuntimeError `WW_ERR_ARTIFACT_UNSUPPORTED`, `WW_ERR_GUEST_COMPILE`, `WW_ERR_RUN_MEMORY_LIMIT`
   *   (declared minimum above the limit).
   */
  precompile(artifact: Artifact, limits: CompileLimits): Promise<CompiledArtifact>;

  /**
   * Checks that the artifact links under these settings and keeps what all runs share.
   * Runs no guest code.
   *
   * @throws WasmRuntimeError `WW_ERR_GUEST_LINK`, `WW_ERR_GUEST_EXPORT_MISSING`, `WW_ERR_CAPABILITY_DENIED`.
   */
  initialize(compiled: CompiledArtifact, settings: ContainerSettings): Promise<RuntimeContainer>;

  /**
   * Runs a plain WASI command: arguments, environment, streams, exit code.
   * Present where the feature `command` is declared.
   */
  runCommand?(
    compiled: CompiledArtifact,
    command: CommandRun,
    signal: AbortSignal,
  ): Promise<CommandOutcome>;

  /**
   * The engine's code of a compiled artifact, for a file: `precompile` takes it again as
   * `Artifact.precompiled`. Present where the feature `precompiled` is declared.
   */
  serialize?(compiled: CompiledArtifact): Promise<SerializedCode>;

  /** Numbers for metrics and readiness. Present where `threading` is `own`. */
  status?(): RuntimeStatus;

  /** Frees everything. Idempotent. Runs in progress reject as `shutting-down` where threads are its own. */
  close(): Promise<void>;
}

/** Engine-specific code for a file, and what it was made by. */
export interface SerializedCode {
  readonly engine: PrecompiledCode;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a runtime with threads of its own is doing. */
export interface RuntimeStatus {
  /** Threads on which guests compute. */
  readonly threads: number;
  readonly busyThreads: number;
  /** Runs that gave their thread back to wait. */
  readonly waitingRuns: number;
  readonly runningRuns: number;
  /** Runs that have not begun. */
  readonly queuedRuns: number;
  readonly queueSizeMax: number;
}

/** An initialized container inside a runtime. */
export interface RuntimeContainer {
  /**
   * Runs one activation in a fresh instance. Runs of one container may overlap.
   *
   * `signal` ends a guest that waits: its suspended import fails and the run rejects with
   * `toRunEndError(signal.reason)`. A guest that computes cannot be ended from its own thread on
   * JavaScript engines; there the runner ends the thread.
   */
  run(activation: Activation, signal: AbortSignal): Promise<RunOutcome>;
  /** Idempotent. Runs in progress go on to their end. */
  destroy(): Promise<void>;
}

/** What each runtime package exports under the name `createRuntime`, so that a worker thread can load it by URL. */
export type CreateRuntime = (options?: RuntimeOptions) => WasmRuntime;

/** Options that every runtime understands. */
export interface RuntimeOptions {
  /**
   * Called just before a guest gives its thread back to wait, and again when it goes on.
   * The pool learns from it that the thread can take another run, and how much linear memory the
   * guest holds meanwhile, in bytes. Default: nothing is told.
   */
  readonly onWaiting?: (activationId: string, waiting: boolean, memoryBytes: number) => void;
  /** For runtimes with threads of their own; the others ignore it. */
  readonly engine?: EngineOptions;
  /** Told of what could not be had and is done without, in a sentence. Default: Node.js prints it as a warning. */
  readonly onWarning?: (message: string) => void;
}

/** Settings of a runtime with threads of its own. Plain data. */
export interface EngineOptions {
  /** Threads on which guests compute. Default: as many as processors. */
  readonly threads?: number;
  /** Runs in progress at once, waiting ones included; further ones queue. Default: 1,000. */
  readonly runsMax?: number;
  /** Runs that wait to begin; one more is refused, or the last of the unit of trust that has most. Default: 1,000. */
  readonly queueSizeMax?: number;
  /** Most linear memory that guests hold together while they wait. Default: 4 GiB. */
  readonly waitingMemoryBytesMax?: number;
  /** Compilations at once. Default: 1. */
  readonly compileJobsMax?: number;
  /** Fuel of one run, deterministic CPU time; costs speed. Default: not counted. */
  readonly fuel?: number;
  /** Folder for compiled code that outlives the process, and the most it holds. Default: none. */
  readonly codeCache?: { readonly folder: string; readonly bytesMax: number };
}
