import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { addConfigOptions, readConfig, type ConfigOptionValues } from '../config-options.js';

interface PrecompileOptions extends ConfigOptionValues {
  readonly output: string;
  readonly key: string;
  readonly main?: string;
  readonly json?: boolean;
}

/** `wasmwhisk precompile`: signed native code. */
export function addPrecompileCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('precompile')
    .summary('compile an action ahead of time, and sign the code')
    .description(
      `Compiles a module or component to native code and signs it. In an archive the module is replaced
and all other files stay; the output is a zip.

The code runs only on the engine version, target and settings that it was made for, and an executor
takes it only when policy.precompiledKeys lists the key. The settings are those of the executor
(--config, --set limits.fuel=...).`,
    )
    .argument('<file>', 'module, component, zip, gzip tar, or base64 of one; - for stdin')
    .requiredOption('-o, --output <file>', 'the file to write, such as add.cwasm; - for stdout')
    .requiredOption('--key <file>', "private key, of 'wasmwhisk keys create'")
    .option('--main <name>', 'entry that the action will be deployed with')
    .option('--json', 'print one JSON object: file, sizes, engine, target, key, time');
  addConfigOptions(command, false)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk precompile add.wasm -o add.cwasm --key build-key.pem
  wasmwhisk precompile my-action.zip -o my-action-native.zip --key build-key.pem --json`,
    )
    .action(async (file: string, options: PrecompileOptions) => {
      const { config } = await readConfig('local', options, context);
      const { precompile } = await import('../precompile.js');
      await precompile({
        file,
        output: options.output,
        keyFile: options.key,
        main: options.main ?? 'main',
        json: options.json === true,
        config,
        context,
      });
    });
}
