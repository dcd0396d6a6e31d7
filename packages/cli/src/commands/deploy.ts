import path from 'node:path';
import { Option, type Command } from 'commander';
import type { QuantityUnit } from '@wasmwhisk/executor';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import { addConfigOptions, readConfig, type ConfigOptionValues } from '../config-options.js';
import { collectPair } from '../pair-options.js';

type Pairs = readonly (readonly [string, string])[];

interface DeployOptions extends ConfigOptionValues {
  readonly name?: string;
  readonly package?: string;
  readonly kind: string;
  readonly main?: string;
  readonly web?: 'yes' | 'raw' | 'no';
  readonly param?: Pairs;
  readonly annotation?: Pairs;
  readonly memory?: string;
  readonly timeout?: string;
  readonly concurrency?: string;
  readonly overwrite: boolean;
  readonly apihost?: string;
  readonly auth?: string;
  readonly json?: boolean;
}

/** `wasmwhisk deploy`: from a file to an action in one step. */
export function addDeployCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('deploy')
    .summary('pack code, upload it to an OpenWhisk, and print how to invoke it')
    .description(
      `Makes an action of a module, component, zip or folder: packs it, checks it as the executor would,
uploads it by the REST API and prints the lines that invoke it. An action of that name is updated:
code and --main are replaced, all else that is not given stays as it was.

Which OpenWhisk, and as whom: --apihost and --auth, or WHISK_APIHOST and WHISK_AUTH, or what
'wsk property set' wrote; else the standalone one on this machine with the published key of guest.`,
    )
    .argument('<path>', 'module, component, zip, gzip tar or folder')
    .option('--name <name>', 'name of the action (default: that of the file)')
    .option('--package <name>', 'package of the action, which is made if it is missing')
    .option('--kind <kind>', 'kind of the action', 'wasm:default')
    .option('--main <name>', 'entry: a file of the archive, an export, or file.export')
    .addOption(
      new Option('--web [how]', 'answer web requests too: yes, raw or no')
        .choices(['yes', 'raw', 'no'])
        .preset('yes'),
    )
    .option(
      '-p, --param <name value>',
      'a parameter, two words; the value is JSON, or else a string',
      collectPair,
    )
    .option('-a, --annotation <name value>', 'an annotation, two words', collectPair)
    .option('--memory <size>', 'memory limit in MiB, or with a unit')
    .option('--timeout <time>', 'time limit in milliseconds, or with a unit')
    .option('--concurrency <number>', 'overlapping runs of one container')
    .option('--no-overwrite', 'refuse when there is an action of that name')
    .option('--apihost <url>', 'which OpenWhisk')
    .option('-u, --auth <key>', 'auth key; WHISK_AUTH keeps it out of the list of processes')
    .option(
      '--json',
      'print one JSON object: namespace, name, version, kind, bytes, apihost, invokeUrl, webUrl',
    );
  addConfigOptions(command, false)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk deploy examples/actions/add/build/add.wasm
  wasmwhisk deploy hello.wasm --name greet --web -p name Ada
  wasmwhisk deploy my-action/ --package math --memory 128 --timeout 5s
  wasmwhisk deploy add.zip --apihost http://127.0.0.1:3233 --json`,
    )
    .action(async (source: string, options: DeployOptions) => {
      const { config } = await readConfig('local', options, context);
      const { deploy } = await import('../deploy.js');
      const { memory, timeout, concurrency } = options;
      await deploy({
        source,
        name: options.name ?? nameOf(source),
        package: options.package,
        kind: options.kind,
        main: options.main,
        web: options.web,
        parameters: options.param ?? [],
        annotations: options.annotation ?? [],
        limits: {
          ...(memory === undefined
            ? {}
            : { memory: await readLimit('--memory', memory, 'mebibytes') }),
          ...(timeout === undefined
            ? {}
            : { timeout: await readLimit('--timeout', timeout, 'milliseconds') }),
          ...(concurrency === undefined
            ? {}
            : { concurrency: await readLimit('--concurrency', concurrency) }),
        },
        overwrite: options.overwrite,
        target: options,
        json: options.json === true,
        config,
        context,
      });
    });
}

function nameOf(source: string): string {
  return path.basename(path.resolve(source)).replace(/\.(wasm|wat|zip|tgz|tar\.gz)$/, '');
}

/** A whole number, or text with a unit. @throws CliError `WW_ERR_CLI_USAGE` */
async function readLimit(flag: string, text: string, unit?: QuantityUnit): Promise<number> {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const { parseQuantity } = await import('@wasmwhisk/executor');
  const value = unit === undefined ? undefined : parseQuantity(text, unit);
  if (value !== undefined) return value;
  throw new CliError('WW_ERR_CLI_USAGE', `${flag} takes a whole number, but is "${text}".`);
}
