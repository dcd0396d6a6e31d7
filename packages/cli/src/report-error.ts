import { CliError, cliErrors, messageOf, systemCode } from './cli-error.js';
import { exitCodes, type ExitReason } from './exit-codes.js';

/** A failure as the command reports it. */
export interface ReportedError {
  readonly exit: ExitReason;
  readonly code: string;
  /** One sentence; of a configuration one line for each problem. */
  readonly message: string;
  readonly hint: string | undefined;
}

/** Codes of others by their beginning, and how the command ends then. The first that fits counts. */
const exitsByCode: readonly (readonly [prefix: string, exit: ExitReason])[] = [
  ['WW_ERR_CONFIG_', 'config'],
  ['WW_ERR_STORAGE_FOLDER', 'cannotCreate'],
  ['WW_ERR_STORAGE_WRITE', 'cannotCreate'],
  ['WW_ERR_STORAGE_LOST', 'cannotCreate'],
  ['WW_ERR_STORAGE_LOCKED', 'unavailable'],
  ['WW_ERR_STORAGE_CLOSED', 'internal'],
  ['WW_ERR_STORAGE_', 'dataInvalid'],
  ['WW_ERR_API_USER', 'dataInvalid'],
  ['WW_ERR_API_EXISTS', 'cannotCreate'],
  ['WW_ERR_CODE_', 'dataInvalid'],
  ['WW_ERR_ARTIFACT_', 'dataInvalid'],
  ['WW_ERR_GUEST_COMPILE', 'dataInvalid'],
  ['WW_ERR_GUEST_LINK', 'dataInvalid'],
  ['WW_ERR_GUEST_EXPORT_MISSING', 'dataInvalid'],
  ['WW_ERR_CAPABILITY_DENIED', 'dataInvalid'],
  ['WW_ERR_RUNTIME_UNAVAILABLE', 'unavailable'],
  ['WW_ERR_RUNTIME_SATURATED', 'unavailable'],
  ['WW_ERR_RUNTIME_INTERNAL', 'internal'],
  ['WW_ERR_EXECUTOR_INTERNAL', 'internal'],
  ['WW_ERR_GUEST_', 'runFailed'],
  ['WW_ERR_RUN_', 'runFailed'],
  ['WW_ERR_RESULT_', 'runFailed'],
];

/** Makes a report of anything that was thrown. */
export function toReportedError(error: unknown): ReportedError {
  if (error instanceof CliError)
    return {
      exit: cliErrors[error.code].exit,
      code: error.code,
      message: error.message,
      hint: error.hint,
    };
  const code = systemCode(error);
  const exit = code === undefined ? undefined : findExit(code);
  if (code !== undefined && exit !== undefined)
    return { exit, code, message: plainMessage(error), hint: hintFor(exit, code) };
  return {
    exit: 'internal',
    code: 'WW_ERR_CLI_INTERNAL',
    message: `Internal error: ${messageOf(error)}`,
    hint: 'This is a fault of wasmwhisk. Run it again with --verbose for the details, and report them.',
  };
}

/** How the command ends at an error of another package, by its code. */
export function exitOf(code: string): ExitReason {
  return findExit(code) ?? 'internal';
}

function findExit(code: string): ExitReason | undefined {
  return exitsByCode.find(([prefix]) => code.startsWith(prefix))?.[1];
}

/** The reason without what the wire puts before it for OpenWhisk's sake. */
function plainMessage(error: unknown): string {
  return messageOf(error).replace(
    /^(Initialization has failed due to|cannot decode the request|An error has occurred): /,
    '',
  );
}

function hintFor(exit: ExitReason, code: string): string | undefined {
  // These say themselves what to do.
  if (/^WW_ERR_(STORAGE|API)_/.test(code)) return undefined;
  switch (exit) {
    case 'config':
      return "'wasmwhisk config' shows every setting and where its value comes from.";
    case 'dataInvalid':
      return "'wasmwhisk inspect FILE' shows what the file holds.";
    default:
      return undefined;
  }
}

/** The lines for stderr: one for people, or one JSON object for scripts. */
export function formatReport(
  report: ReportedError,
  error: unknown,
  options: { readonly json: boolean; readonly verbose: boolean },
): string {
  const { code, message, hint, exit } = report;
  if (options.json)
    return `${JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }), exitCode: exitCodes[exit].number } })}\n`;
  const lines = [
    `wasmwhisk: ${message}${hint === undefined ? '' : `${message.includes('\n') ? '\n' : ' '}${hint}`}`,
  ];
  if (options.verbose) {
    lines.push(`  code: ${code}`);
    if (error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  }
  return `${lines.join('\n')}\n`;
}
