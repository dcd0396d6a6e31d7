import type { DirectoryGrant, RunLimits } from './settings.js';

/** A plain WASI command, run from a terminal or a test. Streams are blocking, as they are for a native program. */
export interface CommandRun {
  /** argv, the program's name first. */
  readonly args: readonly string[];
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly directories: readonly DirectoryGrant[];
  readonly limits: RunLimits;
  /** Gives at most `maxBytes`; an empty array is the end. */
  readonly readStdin: (maxBytes: number) => Uint8Array;
  readonly writeStdout: (bytes: Uint8Array) => void;
  readonly writeStderr: (bytes: Uint8Array) => void;
}

export interface CommandOutcome {
  /** The guest's exit code, 0 when `_start` returned. */
  readonly exitCode: number;
}
