/** Every error of the command itself: why it ends, and what it means. Codes are never reused. */
export const cliErrors = {
  WW_ERR_CLI_USAGE: { exit: 'usage', summary: 'The command line is wrong.' },
  WW_ERR_CLI_FILE_MISSING: {
    exit: 'inputMissing',
    summary: 'A file does not exist or cannot be read.',
  },
  WW_ERR_CLI_FILE_INVALID: { exit: 'dataInvalid', summary: 'A file is not what it has to be.' },
  WW_ERR_CLI_FILE_UNWRITABLE: {
    exit: 'cannotCreate',
    summary: 'The output file cannot be written.',
  },
  WW_ERR_CLI_FILE_EXISTS: {
    exit: 'cannotCreate',
    summary: 'The output file exists and would have been overwritten.',
  },
  WW_ERR_CLI_PORT_TAKEN: { exit: 'unavailable', summary: 'Another process listens on the port.' },
  WW_ERR_CLI_PORT_DENIED: {
    exit: 'denied',
    summary: 'This user may not listen on the port.',
  },
  WW_ERR_CLI_HOST_UNKNOWN: {
    exit: 'config',
    summary: 'The address to listen on is none of this machine.',
  },
  WW_ERR_CLI_OPEN_FILES: {
    exit: 'unavailable',
    summary: 'The process may open fewer files and connections than a server needs.',
  },
  WW_ERR_CLI_UNREACHABLE: {
    exit: 'unavailable',
    summary: 'No OpenWhisk answers at the address, or something else does.',
  },
  WW_ERR_CLI_CREDENTIALS: {
    exit: 'denied',
    summary: 'There are no credentials for this OpenWhisk, or it does not take them.',
  },
  WW_ERR_CLI_REFUSED: {
    exit: 'dataInvalid',
    summary: 'OpenWhisk refuses what was sent; the message has its own words.',
  },
  WW_ERR_CLI_API_FAILED: {
    exit: 'unavailable',
    summary: 'OpenWhisk cannot serve the request now (429 or 5xx); the message has its own words.',
  },
  WW_ERR_CLI_ENTITY_EXISTS: {
    exit: 'cannotCreate',
    summary:
      'There is an entity of that name, which would have been overwritten or is of another type.',
  },
  WW_ERR_CLI_USER_MISSING: { exit: 'inputMissing', summary: 'There is no such user.' },
  WW_ERR_CLI_INTERNAL: { exit: 'internal', summary: 'A fault of wasmwhisk itself.' },
} as const;

export type CliErrorCode = keyof typeof cliErrors;

/** A failure of the command. `message` says what; `hint` what to do, in a sentence. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: CliErrorCode,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The error of a file that should be read. */
export function toFileError(file: string, error: unknown): CliError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read by this user',
    EPERM: 'may not be read by this user',
    EISDIR: 'is a folder',
    ENOTDIR: 'does not exist',
    ELOOP: 'is a link that leads in a circle',
  };
  const reason = reasons[systemCode(error) ?? ''] ?? `cannot be read (${messageOf(error)})`;
  return new CliError('WW_ERR_CLI_FILE_MISSING', `${file} ${reason}.`, { cause: error });
}

/** The system's own code of an error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
