import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import {
  addConfigOptions,
  addStandaloneOptions,
  readStandaloneConfig,
  type StandaloneOptionValues,
} from '../config-options.js';

interface StandaloneCommandOptions extends StandaloneOptionValues {
  readonly json?: boolean;
}

/** `wasmwhisk standalone`: OpenWhisk on this machine. */
export function addStandaloneCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('standalone')
    .summary('be an OpenWhisk on this machine: API, storage and executor in one process')
    .description(
      `Takes OpenWhisk's REST API on http://127.0.0.1:3233 until a signal ends it, for wsk, wskdeploy, the
npm client 'openwhisk' and browsers. No Docker and no JVM: actions of kind wasm:0.1 and wasm:default
run in this process.

What is created stays in $XDG_DATA_HOME/wasmwhisk (~/.local/share/wasmwhisk) unless --data names
another folder; with --memory nothing is kept. One process at a time may have a folder.

SIGTERM or Ctrl-C: takes no further invocations, waits for those in progress, ends with 0. A second
signal ends at once.`,
    )
    .option(
      '--json',
      'print one JSON line on stdout when listening: url, port, pid, version, data',
    );
  addConfigOptions(addStandaloneOptions(command), true)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk standalone
  wasmwhisk standalone --memory --port 0 --json
  wasmwhisk standalone --data ./whisk --cors-origin http://localhost:5173
  wasmwhisk standalone --set throttle.concurrentInvocations=30 --set actions.memoryMiBMin=1`,
    )
    .action(async ({ json, ...values }: StandaloneCommandOptions) => {
      const loaded = await readStandaloneConfig(values, context);
      const { standalone } = await import('../standalone.js');
      await standalone({ loaded, json: json === true, context });
    });
}
