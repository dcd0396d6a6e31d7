export { cliErrors, type CliErrorCode } from './cli-error.js';
export type { CommandContext } from './command-context.js';
export { exitCodes, type ExitReason } from './exit-codes.js';
export { buildProgram } from './program.js';
export { exitOf } from './report-error.js';
export { runCli } from './run-cli.js';
