import type { Command } from 'commander';
import type { ConfigSetting, LoadedConfig, SettingSource } from '@wasmwhisk/executor';
import type { CommandContext } from '../command-context.js';
import { addConfigOptions, readConfig, type ConfigOptionValues } from '../config-options.js';

interface ConfigCommandOptions extends ConfigOptionValues {
  readonly single?: boolean;
  readonly json?: boolean;
}

/** `wasmwhisk config`: the configuration as `serve` would use it. */
export function addConfigCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('config')
    .summary('print the configuration, and where each value comes from')
    .description(
      `Prints the configuration that 'wasmwhisk serve' would use with the same options, and where each
value comes from: default, file, environment or flag, the later over the earlier.`,
    )
    .option('--single', "of 'wasmwhisk serve --single'")
    .option('--json', 'print {"config":...,"sources":...}');
  addConfigOptions(command, true)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk config
  wasmwhisk config --single --json
  WASMWHISK_LIMITS_MEMORY_BYTES=64MiB wasmwhisk config`,
    )
    .action(async (options: ConfigCommandOptions) => {
      const mode = options.single === true ? 'single' : 'service';
      const loaded = await readConfig(mode, options, context);
      const { configSettings } = await import('@wasmwhisk/executor');
      context.writeOut(
        options.json === true ? formatJson(loaded) : formatTable(loaded, configSettings),
      );
    });
}

function formatJson({ config, sources }: LoadedConfig): string {
  return `${JSON.stringify({ config, sources: Object.fromEntries(sources) })}\n`;
}

function formatTable(loaded: LoadedConfig, settings: readonly ConfigSetting[]): string {
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

function valueOf({ config }: LoadedConfig, { section, name }: ConfigSetting): unknown {
  const sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = config;
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
