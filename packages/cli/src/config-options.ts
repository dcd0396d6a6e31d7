import { InvalidArgumentError, type Command } from 'commander';
import type { ConfigFlag, ConfigMode, LoadedConfig } from '@wasmwhisk/executor';
import type { CommandContext } from './command-context.js';

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

/** Loads the configuration of a command. @throws ConfigError */
export async function readConfig(
  mode: ConfigMode,
  values: ConfigOptionValues,
  context: CommandContext,
): Promise<LoadedConfig> {
  const { loadConfig } = await import('@wasmwhisk/executor');
  const flags: ConfigFlag[] = [...(values.set ?? [])];
  for (const name of ['host', 'port', 'runtime', 'logLevel', 'cache', 'warm'] as const) {
    const text = values[name];
    const { setting, flag } = shorthands[name];
    if (text !== undefined) flags.push({ path: setting, text, flag });
  }
  return loadConfig({ mode, file: values.config, environment: context.environment, flags });
}
