/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** Where it came from: `environment variable WASMWHISK_X`, `file /etc/x.json`, `flag --port`. */
  readonly origin: string;
  /** The setting, when it is a known one. */
  readonly path: string | undefined;
  /** A clause without a full stop. */
  readonly reason: string;
}

/** Everything that is wrong with a configuration, all at once. `message` has one line for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'WW_ERR_CONFIG_INVALID';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(showProblem);
    super(
      lines.length === 1
        ? `The configuration is not valid: ${lines.join('')}`
        : `The configuration has ${String(lines.length)} problems:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Guards by shape: holds across copies of this package. */
export function isConfigError(error: unknown): error is ConfigError {
  return (
    error instanceof Error &&
    error.name === 'ConfigError' &&
    'code' in error &&
    error.code === 'WW_ERR_CONFIG_INVALID'
  );
}

function showProblem({ origin, path, reason }: ConfigProblem): string {
  return path === undefined ? `${origin}: ${reason}.` : `${origin}: ${path} ${reason}.`;
}
