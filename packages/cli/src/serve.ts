import {
  Executor,
  startServer,
  type ListeningServer,
  type LoadedConfig,
} from '@wasmwhisk/executor';
import { changedSettings } from './changed-settings.js';
import type { CommandContext } from './command-context.js';
import { toListenError } from './listen-error.js';
import { assertOpenFiles } from './open-files.js';
import { createServiceLogger } from './service-logger.js';
import { watchStopSignals } from './stop-signals.js';
import { version } from './version.js';

export interface ServeOptions {
  readonly loaded: LoadedConfig;
  readonly single: boolean;
  /** Say on stdout, as JSON, when and where it listens. */
  readonly json: boolean;
  readonly context: CommandContext;
}

/**
 * Listens until a signal, then drains. Returns when everything is closed.
 *
 * @throws CliError `WW_ERR_CLI_PORT_TAKEN`, `WW_ERR_CLI_PORT_DENIED`, `WW_ERR_CLI_HOST_UNKNOWN`,
 *   `WW_ERR_CLI_OPEN_FILES`
 */
export async function serve({ loaded, single, json, context }: ServeOptions): Promise<void> {
  const { config } = loaded;
  assertOpenFiles(config);
  // In single mode both streams are the action's. Were our log switched on there all the same, it
  // would at least not stand between results on stdout.
  const { logger, close } = createServiceLogger(config.log.level, single ? 2 : 1, (reason) => {
    context.writeError(`wasmwhisk: the log cannot be written (${reason}); going on without it.\n`);
  });
  const signals = watchStopSignals();
  const executor = new Executor({
    config,
    mode: single ? 'single' : 'service',
    logger,
    environment: context.environment,
  });
  try {
    await using server = await listen(executor);
    const { url, port } = server;
    if (json) context.writeOut(`${JSON.stringify(toListeningLine(server))}\n`);
    else if (!single) context.writeError(`wasmwhisk ${version} listens on ${url}\n`);
    logger.info({ url, port, version, config: changedSettings(loaded) }, 'listening');
    // In the background: actions are taken meanwhile.
    const warmed = executor.warmUp();
    const signal = await signals.stopped;
    logger.info({ signal, running: executor.running }, 'shutting down');
    if (!single && executor.running > 0)
      context.writeError(
        `wasmwhisk: ${signal}: waiting for ${String(executor.running)} run(s); a second signal ends them.\n`,
      );
    await server.shutDown();
    await warmed;
    logger.info('ended');
  } finally {
    signals.release();
    await executor.close();
    await close();
  }
}

async function listen(executor: Executor): Promise<ListeningServer> {
  try {
    return await startServer(executor);
  } catch (error) {
    throw toListenError(error, executor.config.server);
  }
}

function toListeningLine({ url, port }: ListeningServer): object {
  return { event: 'listening', url, port, pid: process.pid, version };
}
