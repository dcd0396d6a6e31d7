/** What commands get of the process, so that tests can stand in for it. */
export interface CommandContext {
  /** Results; nothing else is ever written there. */
  readonly writeOut: (text: string | Uint8Array) => void;
  /** Everything for people: progress, logs, errors. */
  readonly writeError: (text: string | Uint8Array) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Sets what the process ends with once nothing is left to do. */
  readonly endWith: (exitCode: number) => void;
}
