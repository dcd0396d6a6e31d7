import path from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { addConfigOptions, readConfig, type ConfigOptionValues } from '../config-options.js';

interface PackOptions extends ConfigOptionValues {
  readonly output?: string;
  readonly main?: string;
  readonly json?: boolean;
}

/** `wasmwhisk pack`: an archive to deploy. */
export function addPackCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('pack')
    .summary('make a zip to deploy, and check that the executor would take it')
    .description(
      `Makes a zip of a module, or of a folder with a module and other files, which the action finds in its
current directory. What begins with a dot is left out. Equal files make equal archives.

The archive is checked as the executor would check it; one that it would refuse is not written.`,
    )
    .argument('<path>', 'module, component or folder')
    .option('-o, --output <file>', 'the zip to write; - for stdout (default: <path>.zip)')
    .option('--main <name>', 'entry that the action will be deployed with, for the check')
    .option('--json', 'print one JSON object: file, bytes, files, entry, digest');
  addConfigOptions(command, false)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk pack add.wasm -o add.zip
  wasmwhisk pack my-action/ -o my-action.zip
  wasmwhisk pack my-action/ -o - | base64 -w 0`,
    )
    .action(async (source: string, options: PackOptions) => {
      const { config } = await readConfig('local', options, context);
      const { pack } = await import('../pack.js');
      const name = path.basename(path.resolve(source)).replace(/\.(wasm|wat)$/, '');
      await pack({
        source,
        output: options.output ?? `${name}.zip`,
        main: options.main ?? 'main',
        json: options.json === true,
        config,
        context,
      });
    });
}
