import { CommanderError } from 'commander';
import { CliError } from './cli-error.js';
import type { CommandContext } from './command-context.js';
import { exitCodes } from './exit-codes.js';
import { joinPairs } from './pair-options.js';
import { buildProgram } from './program.js';
import { formatReport, toReportedError } from './report-error.js';

/**
 * Runs one command line to its end, and reports what goes wrong. Never throws.
 *
 * @param args What follows the program's name.
 */
export async function runCli(args: readonly string[], context: CommandContext): Promise<void> {
  try {
    const program = buildProgram(context);
    await program.parseAsync(joinPairs(args), { from: 'user' });
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return;
    const error = thrown instanceof CommanderError ? toUsageError(thrown, args) : thrown;
    if (error === undefined) {
      // The help that stands for "no command" has been printed.
      context.endWith(exitCodes.usage.number);
      return;
    }
    const report = toReportedError(error);
    // What follows `--` belongs to a guest.
    const options = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
    context.writeError(
      formatReport(report, error, {
        json: options.includes('--json'),
        verbose: options.includes('--verbose'),
      }),
    );
    context.endWith(exitCodes[report.exit].number);
  }
}

/** The parser's own words, as a sentence of ours. */
function toUsageError(error: CommanderError, args: readonly string[]): CliError | undefined {
  if (error.code === 'commander.help') return undefined;
  const text = error.message
    .replace(/^error: /, '')
    .replaceAll("'", '"')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/[.\s]*\(Did (.*)\?\)$/, '. Did $1?')
    .trim();
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  const command = args.find((arg) => !arg.startsWith('-'));
  const known = command !== undefined && commandNames.has(command);
  return new CliError('WW_ERR_CLI_USAGE', /[.?!]$/.test(sentence) ? sentence : `${sentence}.`, {
    hint: `See 'wasmwhisk ${known ? `${command} ` : ''}--help'.`,
    cause: error,
  });
}

const commandNames: ReadonlySet<string> = new Set([
  'standalone',
  'deploy',
  'user',
  'serve',
  'pack',
  'invoke',
  'inspect',
  'run',
  'config',
  'keys',
  'precompile',
]);
