import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ConfigFlag, ConfigMode, ConfigShape, LoadedConfig } from '@wasmwhisk/executor';
import type { StandaloneConfig } from '@wasmwhisk/standalone';
import { CliError } from './cli-error.js';
import type { CommandContext } from './command-context.js';
import { defaultDataFolder } from './data-folder.js';

/** What the options of `addConfigOptions` leave behind. */
export interface ConfigOptionValues {
  readonly config?: string;
  readonly set?: readonly ConfigFlag[];
  readonly host?: string;
  readonly port?: string;
  readonly runtime?: string;
  readonly logLevel?: string;
  readonly cache?: string;
  readonly warm?: string;
}

/** What the options of `addStandaloneOptions` leave behind. */
export interface StandaloneOptionValues extends ConfigOptionValues {
  readonly data?: string;
  readonly memory?: boolean;
  readonly corsOrigin?: readonly string[];
}

/** Options that are other words for a setting. */
const shorthands = {
  host: { setting: 'server.host', flag: '--host' },
  port: { setting: 'server.port', flag: '--port' },
  runtime: { setting: 'runtime.name', flag: '--runtime' },
  logLevel: { setting: 'log.level', flag: '--log-level' },
  cache: { setting: 'runtime.codeCacheFolder', flag: '--cache' },
  warm: { setting: 'runtime.warmFolder', flag: '--warm' },
} as const;

/** Options by which a command takes a configuration. `listens`: also where to listen and what to log. */
export function addConfigOptions(command: Command, listens: boolean): Command {
  if (listens)
    command
      .option('--host <address>', 'address to listen on (server.host)')
      .option('--port <number>', 'port to listen on, 0 for any (server.port)')
      .option('--log-level <level>', 'silent, error, warn, info, debug or trace (log.level)')
      .option('--warm <folder>', 'prepare all code in it at the start (runtime.warmFolder)');
  return command
    .option('--runtime <name>', 'auto, wasmtime, v8, wasmer or jco (runtime.name)')
    .option('--cache <folder>', 'keep compiled code here (runtime.codeCacheFolder)')
    .option('--config <file>', 'JSON file with settings (default: WASMWHISK_CONFIG)')
    .option('--set <path=value>', 'any setting, such as limits.memoryBytes=64MiB', collectSetting);
}

function collectSetting(text: string, before: readonly ConfigFlag[] = []): readonly ConfigFlag[] {
  const end = text.indexOf('=');
  if (end < 1) throw new InvalidArgumentError('It has to be path=value.');
  const path = text.slice(0, end);
  return [...before, { path, text: text.slice(end + 1), flag: `--set ${path}` }];
}

/** Options of a command that opens a standalone OpenWhisk. */
export function addStandaloneOptions(command: Command): Command {
  return addDataOptions(command).option(
    '--cors-origin <origin>',
    'web pages of this origin may use the API; repeatable (api.corsOrigins)',
    collectText,
  );
}

/** Where everything is kept. */
function addDataOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'keep everything here (storage.dataFolder)')
    .addOption(
      new Option('--memory', 'keep nothing: all of it goes with the process').conflicts('data'),
    );
}

function collectText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Loads the configuration of a command that runs an executor. @throws ConfigError */
export async function readConfig(
  mode: ConfigMode,
  values: ConfigOptionValues,
  context: CommandContext,
): Promise<LoadedConfig> {
  const { executorShape, loadConfig } = await import('@wasmwhisk/executor');
  return loadConfig({
    mode,
    file: values.config,
    environment: context.environment,
    flags: toFlags(values),
    otherShape: await findOtherShape(executorShape, values, context),
  });
}

/** Loads the configuration of a command that opens a standalone OpenWhisk. @throws ConfigError */
export async function readStandaloneConfig(
  { data, memory, corsOrigin, ...values }: StandaloneOptionValues,
  context: CommandContext,
): Promise<LoadedConfig<StandaloneConfig>> {
  const { loadStandaloneConfig } = await import('@wasmwhisk/standalone');
  const flags = toFlags(values);
  // The current folder would take everybody by surprise.
  if (data === '')
    throw new CliError('WW_ERR_CLI_USAGE', '--data names no folder.', {
      hint: "With --memory 'wasmwhisk standalone' keeps nothing.",
    });
  const folder = memory === true ? '' : data === undefined ? undefined : path.resolve(data);
  if (folder !== undefined)
    flags.push({
      path: 'storage.dataFolder',
      text: folder,
      flag: memory === true ? '--memory' : '--data',
    });
  if (corsOrigin !== undefined)
    flags.push({ path: 'api.corsOrigins', text: corsOrigin.join(','), flag: '--cors-origin' });
  const value = defaultDataFolder(context.environment);
  return loadStandaloneConfig({
    file: values.config,
    environment: context.environment,
    flags,
    defaults: new Map([['storage.dataFolder', { value, reason: 'of this user' }]]),
  });
}

function toFlags(values: ConfigOptionValues): ConfigFlag[] {
  const flags: ConfigFlag[] = [...(values.set ?? [])];
  for (const name of ['host', 'port', 'runtime', 'logLevel', 'cache', 'warm'] as const) {
    const text = values[name];
    const { setting, flag } = shorthands[name];
    if (text !== undefined) flags.push({ path: setting, text, flag });
  }
  return flags;
}

/**
 * The settings of `wasmwhisk standalone`, which one shell and one file may hold too. Loading them costs
 * tens of milliseconds, so only where something is written that an executor does not know.
 */
async function findOtherShape(
  shape: ConfigShape<unknown>,
  { config }: ConfigOptionValues,
  { environment }: CommandContext,
): Promise<ConfigShape<unknown> | undefined> {
  const foreign = Object.keys(environment).some(
    (name) => name.startsWith('WASMWHISK_') && !shape.byVariable.has(name),
  );
  if (!foreign && config === undefined) return undefined;
  return (await import('@wasmwhisk/standalone')).standaloneShape;
}
