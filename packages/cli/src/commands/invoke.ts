import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import { addConfigOptions, readConfig, type ConfigOptionValues } from '../config-options.js';
import { collectPair } from '../pair-options.js';

interface InvokeOptions extends ConfigOptionValues {
  readonly param?: readonly (readonly [string, string])[];
  readonly paramFile?: string;
  readonly annotation?: readonly (readonly [string, string])[];
  readonly env?: readonly (readonly [string, string])[];
  readonly main?: string;
  readonly json?: boolean;
}

/** `wasmwhisk invoke`: one activation, here and now. */
export function addInvokeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('invoke')
    .summary('run an action once, here, under the limits of the executor')
    .description(
      `Initialises an action and runs it once, in this process and without HTTP, under the same intake,
limits and policy as the executor. The result goes to stdout as the action wrote it; what the action
logs, and how long it all took, to stderr.

Ends with 0 for a result, 1 for an error that the action itself answers, 3 when the run fails (trap,
time or memory limit, no JSON), 65 when the code cannot be used.`,
    )
    .argument('<file>', 'zip, gzip tar, module or component; - for stdin')
    .option(
      '-p, --param <name value>',
      'an argument, two words; the value is JSON, or else a string',
      collectPair,
    )
    .option('-P, --param-file <file>', 'JSON file with arguments; - for stdin')
    .option('--main <name>', 'entry: a file of the archive, an export, or file.export')
    .option(
      '-a, --annotation <name value>',
      'an annotation, two words, such as net_access true',
      collectPair,
    )
    .option('--env <name=value>', 'a variable, as parameters marked init become', collectVariable)
    .option('--json', 'print one JSON object: status, result or error, logs, timing');
  addConfigOptions(command, false)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk invoke examples/actions/add/build/add.wasm -p param1 2 -p param2 2
  wasmwhisk invoke add.zip -P params.json --json
  wasmwhisk invoke math.wasm --main multiply -p args '[6, 7]'
  wasmwhisk invoke block.zip -a net_access true --set policy.httpHosts='*'
  wasmwhisk invoke prime.wasm --set limits.timeoutMs=5s`,
    )
    .action(async (file: string, options: InvokeOptions) => {
      if (file === '-' && options.paramFile === '-')
        throw new CliError('WW_ERR_CLI_USAGE', 'Code and arguments cannot both come from stdin.');
      const { config } = await readConfig('local', options, context);
      const { invoke } = await import('../invoke.js');
      await invoke({
        file,
        parameters: options.param ?? [],
        parameterFile: options.paramFile,
        annotations: options.annotation ?? [],
        variables: options.env ?? [],
        main: options.main ?? 'main',
        json: options.json === true,
        config,
        context,
      });
    });
}

/** `NAME=value`; collects those of repeated options. @throws CliError `WW_ERR_CLI_USAGE` */
export function collectVariable(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const end = text.indexOf('=');
  if (end < 1)
    throw new CliError('WW_ERR_CLI_USAGE', `"${text}" is no variable.`, {
      hint: 'Write it as NAME=value.',
    });
  return [...before, [text.slice(0, end), text.slice(end + 1)]];
}
