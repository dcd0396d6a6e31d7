import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { addConfigOptions, readConfig, type ConfigOptionValues } from '../config-options.js';

interface ServeOptions extends ConfigOptionValues {
  readonly single?: boolean;
  readonly json?: boolean;
}

/** `wasmwhisk serve`: the executor as a service. */
export function addServeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('serve')
    .summary('take actions over HTTP, beside an invoker or in a Docker image')
    .description(
      `Takes actions over HTTP until a signal ends it.

Without --single it holds many containers, for a forked invoker on the same machine: POST /start
gives a container with a port of its own, and POST /:containerId/{init,run,destroy} takes ids of the
caller's. With --single it is the one container of a Docker image, for a stock invoker: POST /init
and /run on port 8080, logs and their frame markers on stdout and stderr, and nothing else there.

SIGTERM or Ctrl-C: takes no further runs, waits for those in progress, ends with 0. A second signal
ends at once.`,
    )
    .option('--single', 'be the one container of a Docker image')
    .option('--json', 'print one JSON line on stdout when listening: url, port, pid, version');
  addConfigOptions(command, true)
    .addHelpText(
      'after',
      `
Examples:
  wasmwhisk serve
  wasmwhisk serve --port 0 --json
  wasmwhisk serve --set limits.memoryBytes=64MiB --set policy.httpHosts=api.example.com
  WASMWHISK_LOG_LEVEL=warn wasmwhisk serve --config executor.json
  wasmwhisk serve --single`,
    )
    .action(async (options: ServeOptions) => {
      const single = options.single === true;
      const loaded = await readConfig(single ? 'single' : 'service', options, context);
      const { serve } = await import('../serve.js');
      await serve({ loaded, single, json: options.json === true, context });
    });
}
