import {
  Executor,
  startServer,
  type ExecutorConfig,
  type ExecutorServer,
  type LoadedConfig,
} from '@wasmwhisk/executor';
import { CliError, messageOf, systemCode } from './cli-error.js';
import type { CommandContext } from './command-context.js';
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
 * @throws CliError `WW_ERR_CLI_PORT_TAKEN`, `WW_ERR_CLI_PORT_DENIED`, `WW_ERR_CLI_HOST_UNKNOWN`
 */
export async function serve({ loaded, single, json, context }: ServeOptions): Promise<void> {
  const { config } = loaded;
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

async function listen(executor: Executor): Promise<ExecutorServer> {
  try {
    return await startServer(executor);
  } catch (error) {
    throw toListenError(error, executor.config.server);
  }
}

function toListenError(error: unknown, { host, port }: ExecutorConfig['server']): unknown {
  const at = `${host}:${String(port)}`;
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new CliError('WW_ERR_CLI_PORT_TAKEN', `Another process listens on ${at} already.`, {
        hint: 'Choose another port with --port, or any free one with --port 0.',
        cause: error,
      });
    case 'EACCES':
      return new CliError('WW_ERR_CLI_PORT_DENIED', `This user may not listen on ${at}.`, {
        hint: 'Choose a port from 1024 on with --port.',
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return new CliError(
        'WW_ERR_CLI_HOST_UNKNOWN',
        `The address ${host} is none of this machine (${messageOf(error)}).`,
        { hint: 'Choose one with --host, such as 127.0.0.1 or 0.0.0.0.', cause: error },
      );
    default:
      return error;
  }
}

function toListeningLine({ url, port }: ExecutorServer): object {
  return { event: 'listening', url, port, pid: process.pid, version };
}

/** What differs from the defaults. No setting is a secret; a test holds that. */
function changedSettings({ config, sources }: LoadedConfig): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const [section, settings] of Object.entries(config))
    for (const [name, value] of Object.entries(settings)) {
      const path = `${section}.${name}`;
      if (sources.get(path)?.type !== 'default') changed[path] = value;
    }
  return changed;
}
