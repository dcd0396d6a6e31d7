import type { MessagePort } from 'node:worker_threads';
import type {
  ActionResult,
  CompiledArtifact,
  ContainerSettings,
  RunEnd,
  RunUsage,
  WasmRuntimeErrorData,
} from '@wasmwhisk/runtime';
import type { JsonText } from '@wasmwhisk/json-text';
import type { LogFrames } from './log-region.js';
import type { RuntimeModules } from './runtime-source.js';

/** `workerData` of every worker thread. */
export interface WorkerSettings {
  readonly runtimes: RuntimeModules;
  /** Runtimes to load at the start. */
  readonly preload: readonly string[];
  /** Most containers that a worker keeps initialized. */
  readonly containersMax: number;
}

/** A worker introduces itself, once, before it takes runs. */
export interface HelloMessage {
  readonly type: 'hello';
  readonly threadId: number;
  readonly control: MessagePort;
  readonly logRegion: SharedArrayBuffer;
  /** For runs that are posted ahead, see `claim-slots.ts`. */
  readonly claimWords: SharedArrayBuffer;
  /** Counts what the main thread has read: see `control-window.ts`. */
  readonly window: SharedArrayBuffer;
}

/** One run, as a pool task. */
export interface RunTask {
  readonly type: 'run';
  readonly run: number;
  /** The run was posted ahead: it begins only if its slot can be claimed. */
  readonly slot: number | undefined;
  readonly container: string;
  readonly input: JsonText;
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly deadlineEpochMs: number;
  readonly logBytesMax: number;
  /** What the container is; sent to a worker only the first time. */
  readonly initialize: InitializeData | undefined;
  /** Containers that were destroyed since the last task of this worker. */
  readonly forget: readonly string[] | undefined;
}

export interface InitializeData {
  readonly compiled: CompiledArtifact;
  readonly settings: ContainerSettings;
}

/** Makes the pool start a thread; does nothing in it. */
export interface WarmTask {
  readonly type: 'warm';
}

export type WorkerTask = RunTask | WarmTask;

interface RunAnswer {
  /** Output that was not sent before. */
  readonly logs: LogFrames | undefined;
  /** Time in the runtime, in milliseconds, as the thread saw it. */
  readonly ranMs: number;
  /** How many `logs` messages of this run went over the control port: wait for them. */
  readonly logMessages: number;
}

/** What a run task answers. */
export type RunTaskResult =
  | (RunAnswer & { readonly type: 'done'; readonly result: ActionResult; readonly usage: RunUsage })
  | (RunAnswer & { readonly type: 'failed'; readonly error: WasmRuntimeErrorData })
  /** The worker no longer holds the container: send `initialize` again. No guest code ran. */
  | { readonly type: 'unknown-container' }
  /** It was taken back before it began. */
  | { readonly type: 'revoked' }
  | { readonly type: 'warmed' };

/** Main thread to worker, over the control port. */
export interface CancelMessage {
  readonly type: 'cancel';
  readonly run: number;
  readonly reason: RunEnd;
}

/** Worker to main thread, over the control port. */
export type ControlMessage =
  | {
      readonly type: 'waiting';
      readonly run: number;
      readonly waiting: boolean;
      readonly memoryBytes: number;
    }
  | { readonly type: 'logs'; readonly logs: LogFrames };
