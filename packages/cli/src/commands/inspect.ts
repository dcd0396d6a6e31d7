import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { addConfigOptions, readConfig, type ConfigOptionValues } from '../config-options.js';
import { collectPair } from '../pair-options.js';

interface InspectOptions extends ConfigOptionValues {
  readonly main?: string;
  readonly annotation?: readonly (readonly [string, string])[];
  readonly json?: boolean;
}

/** `wasmwhisk inspect`: what a file is, and whether it would run. */
export function addInspectCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('inspect')
    .summary('show what a module or archive is, and why it would be refused')
    .description(
      `Shows what an action's code is: its guest interface, imports, exports, memory and producers, which
runtimes can run it, and whether /init would take it or why not. Compiles and links it, but runs
nothing of it. Ends with 0 when it would be taken, with 65 when not.`,
    )
    .argument('<file>', 'module, component, zip, gzip tar, or base64 of one; - for stdin')
    .option('--main <name>', 'entry, as the action would be deployed with')
    .option('-a, --annotation <name value>', 'an annotation, two words', collectPair)
    .option('--json', 'print one JSON object with all imports and exports');
  addConfigOptions(command, false)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk inspect add.wasm
  wasmwhisk inspect add.zip --json
  base64 add.zip | wasmwhisk inspect -
  wasmwhisk inspect block.wasm -a net_access true --set policy.httpHosts='*'`,
    )
    .action(async (file: string, options: InspectOptions) => {
      const { config } = await readConfig('local', options, context);
      const { inspect } = await import('../inspect.js');
      await inspect({
        file,
        main: options.main ?? 'main',
        annotations: options.annotation ?? [],
        json: options.json === true,
        config,
        context,
      });
    });
}
