import type { Command } from 'commander';
import { CliError } from './cli-error.js';
import type { CommandContext } from './command-context.js';
import { readStandaloneConfig } from './config-options.js';

/** What the option of `addDataOption` leaves behind. */
export interface DataOptionValues {
  readonly data?: string;
  readonly config?: string;
}

/** The option of a command that works on a data folder. */
export function addDataOption(command: Command): Command {
  return command
    .option(
      '--data <folder>',
      'data folder of the server (storage.dataFolder; default: that of this user)',
    )
    .option('--config <file>', 'JSON file with settings (default: WASMWHISK_CONFIG)');
}

/**
 * The data folder that `wasmwhisk standalone` would use.
 *
 * @throws ConfigError; CliError `WW_ERR_CLI_USAGE` when the settings name none
 */
export async function readDataFolder(
  values: DataOptionValues,
  context: CommandContext,
): Promise<string> {
  const { config } = await readStandaloneConfig(values, context);
  const { dataFolder } = config.storage;
  if (dataFolder === '')
    throw new CliError('WW_ERR_CLI_USAGE', 'The settings name no data folder.', {
      hint: 'Name it with --data.',
    });
  return dataFolder;
}
