import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { addConfigOptions, readConfig, type ConfigOptionValues } from '../config-options.js';
import { collectVariable } from './invoke.js';

interface RunOptions extends ConfigOptionValues {
  readonly dir?: readonly string[];
  readonly env?: readonly (readonly [string, string])[];
}

/** `wasmwhisk run`: a plain WASI command, as `wasmtime run` runs it. */
export function addRunCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('run')
    .summary('run a plain WASI command with arguments, streams and an exit code')
    .description(
      `Runs a WASI command (a module that exports _start, or a component that exports wasi:cli/run) on a
chosen runtime, with the terminal's streams. Ends with the guest's own exit code, with 255 when that
is larger; with 134 when it traps or needs more memory than limits.memoryBytes.`,
    )
    .argument('<file>', 'module or component; - for stdin')
    .argument('[args...]', "the guest's arguments; put -- before them")
    .option(
      '--dir <host::guest>',
      'give a folder, read and write; without ::guest under its own name',
      (text: string, before?: readonly string[]) => [...(before ?? []), text],
    )
    .option('--env <name=value>', 'give a variable; the host has no others', collectVariable);
  addConfigOptions(command, false)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk run hello.wasm
  wasmwhisk run --dir .::/data --env LANG=C tool.wasm -- --verbose /data/input.txt
  wasmwhisk run --runtime wasmer hello.wasm`,
    )
    .action(async (file: string, args: readonly string[], options: RunOptions) => {
      const { config } = await readConfig('local', options, context);
      const { run } = await import('../run.js');
      await run({
        file,
        args,
        directories: options.dir ?? [],
        variables: options.env ?? [],
        config,
        context,
      });
    });
}
