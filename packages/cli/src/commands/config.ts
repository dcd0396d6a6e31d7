import { Option, type Command } from 'commander';
import type { ConfigSetting, ConfigShape, LoadedConfig, SettingSource } from '@wasmwhisk/executor';
import type { CommandContext } from '../command-context.js';
import {
  addConfigOptions,
  readConfig,
  readStandaloneConfig,
  type ConfigOptionValues,
} from '../config-options.js';

const modes = ['service', 'single', 'standalone'] as const;

interface ConfigCommandOptions extends ConfigOptionValues {
  readonly mode: (typeof modes)[number];
  readonly json?: boolean;
}

/** `wasmwhisk config`: the configuration as `serve` or `standalone` would use it. */
export function addConfigCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('config')
    .summary('print the configuration, and where each value comes from')
    .description(
      `Prints the configuration that 'wasmwhisk serve' would use with the same options, and where each
value comes from: default, file, environment or flag, the later over the earlier. With --mode single
it is that of 'wasmwhisk serve --single', with --mode standalone that of 'wasmwhisk standalone'.`,
    )
    .addOption(
      new Option('--mode <mode>', 'how the server is used').choices(modes).default('service'),
    )
    .option('--json', 'print {"config":...,"sources":...}');
  addConfigOptions(command, true)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk config
  wasmwhisk config --mode standalone
  wasmwhisk config --mode single --json
  WASMWHISK_LIMITS_MEMORY_BYTES=64MiB wasmwhisk config`,
    )
    .action(async ({ mode, json, ...values }: ConfigCommandOptions) => {
      const { loaded, shape } = await read(mode, values, context);
      context.writeOut(json === true ? formatJson(loaded) : formatTable(loaded, shape.settings));
    });
}

async function read(
  mode: ConfigCommandOptions['mode'],
  values: ConfigOptionValues,
  context: CommandContext,
): Promise<{ readonly loaded: LoadedConfig<object>; readonly shape: ConfigShape<unknown> }> {
  if (mode === 'standalone') {
    const loaded = await readStandaloneConfig(values, context);
    return { loaded, shape: (await import('@wasmwhisk/standalone')).standaloneShape };
  }
  const loaded = await readConfig(mode, values, context);
  return { loaded, shape: (await import('@wasmwhisk/executor')).executorShape };
}

function formatJson({ config, sources }: LoadedConfig<object>): string {
  return `${JSON.stringify({ config, sources: Object.fromEntries(sources) })}\n`;
}

function formatTable(loaded: LoadedConfig<object>, settings: readonly ConfigSetting[]): string {
  const rows = settings.map((setting) => [
    setting.path,
    formatValue(valueOf(loaded, setting)),
    formatSource(loaded.sources.get(setting.path)),
  ]);
  const widths = [0, 1].map((column) =>
    Math.max(...rows.map((row) => Math.min(row[column]?.length ?? 0, 40))),
  );
  return rows
    .map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`)
    .join('');
}

function valueOf({ config }: LoadedConfig<object>, { section, name }: ConfigSetting): unknown {
  const sections = config as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return sections[section]?.[name];
}

/** As it would be written in the environment. */
function formatValue(value: unknown): string {
  if (value === '') return '""';
  return Array.isArray(value) ? `[${value.join(',')}]` : String(value);
}

function formatSource(source: SettingSource | undefined): string {
  switch (source?.type) {
    case 'file':
      return `file ${source.file}`;
    case 'environment':
      return `environment ${source.variable}`;
    case 'flag':
      return `flag ${source.flag}`;
    case 'mode-default':
      return `default (${source.reason})`;
    case 'default':
    case undefined:
      return 'default';
  }
}
