import { Command } from 'commander';
import type { CommandContext } from './command-context.js';
import { addConfigCommand } from './commands/config.js';
import { addDeployCommand } from './commands/deploy.js';
import { addInspectCommand } from './commands/inspect.js';
import { addInvokeCommand } from './commands/invoke.js';
import { addKeysCommand } from './commands/keys.js';
import { addPackCommand } from './commands/pack.js';
import { addPrecompileCommand } from './commands/precompile.js';
import { addRunCommand } from './commands/run.js';
import { addServeCommand } from './commands/serve.js';
import { addStandaloneCommand } from './commands/standalone.js';
import { addUserCommand } from './commands/user.js';
import { version } from './version.js';

/** Builds the parser of the whole command line. Parsing it runs a command. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command('wasmwhisk')
    .description('Wasm actions for Apache OpenWhisk.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .option('--verbose', 'say more about errors: their code, and where they come from')
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: context.writeOut,
      writeErr: context.writeError,
      // Errors are reported in one place, for people or for scripts.
      outputError: () => undefined,
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk standalone
  wasmwhisk deploy add.wasm
  wasmwhisk invoke add.wasm -p param1 2 -p param2 2

Documentation: docs/reference/cli.md. Exit codes: docs/reference/exit-codes.md.`,
    );
  addStandaloneCommand(program, context);
  addDeployCommand(program, context);
  addUserCommand(program, context);
  addServeCommand(program, context);
  addPackCommand(program, context);
  addInvokeCommand(program, context);
  addInspectCommand(program, context);
  addRunCommand(program, context);
  addConfigCommand(program, context);
  addPrecompileCommand(program, context);
  addKeysCommand(program, context);
  return program;
}
