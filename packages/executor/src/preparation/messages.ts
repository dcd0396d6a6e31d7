import type { Artifact } from '@wasmwhisk/artifact';
import type { RuntimeModules } from '@wasmwhisk/runner';
import type { CompiledArtifact, CompileLimits, WasmRuntimeErrorData } from '@wasmwhisk/runtime';
import type { IntakeLimits } from '../intake/limits.js';
import type { TakenCode } from '../intake/intake.js';

/** `workerData` of a preparation thread. */
export interface PreparationSettings {
  readonly runtimes: RuntimeModules;
}

export interface IntakeTask {
  readonly type: 'intake';
  readonly code: Uint8Array<ArrayBuffer>;
  readonly form: 'text' | 'bytes';
  readonly binary: boolean;
  readonly main: string;
  readonly limits: IntakeLimits;
  readonly precompiledKeys: readonly string[];
  /** Below this folder the other files of an archive are laid down. `undefined`: they are not. */
  readonly filesFolder: string | undefined;
}

export interface PrecompileTask {
  readonly type: 'precompile';
  readonly runtime: string;
  readonly artifact: Artifact;
  readonly limits: CompileLimits;
}

export type PreparationTask = IntakeTask | PrecompileTask;

export type PreparationResult =
  | { readonly type: 'taken'; readonly taken: TakenCode }
  | { readonly type: 'compiled'; readonly compiled: CompiledArtifact }
  /** The code is to blame: `decode` when it is no base64, else `content`. */
  | { readonly type: 'refused'; readonly stage: 'decode' | 'content'; readonly reason: string }
  | { readonly type: 'failed'; readonly error: WasmRuntimeErrorData };
