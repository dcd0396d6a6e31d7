import type { ListeningServer, LoadedConfig } from '@wasmwhisk/executor';
import { Standalone, startStandaloneServer, type StandaloneConfig } from '@wasmwhisk/standalone';
import { changedSettings } from './changed-settings.js';
import type { CommandContext } from './command-context.js';
import { toListenError } from './listen-error.js';
import { assertOpenFiles } from './open-files.js';
import { createServiceLogger } from './service-logger.js';
import { formatWelcome } from './standalone-welcome.js';
import { watchStopSignals } from './stop-signals.js';
import { version } from './version.js';

export interface StandaloneOptions {
  readonly loaded: LoadedConfig<StandaloneConfig>;
  /** Say on stdout, as JSON, when and where it listens. */
  readonly json: boolean;
  readonly context: CommandContext;
}

/**
 * Listens until a signal, then drains. Returns when everything is closed.
 *
 * @throws CliError `WW_ERR_CLI_PORT_TAKEN`, `WW_ERR_CLI_PORT_DENIED`, `WW_ERR_CLI_HOST_UNKNOWN`,
 *   `WW_ERR_CLI_OPEN_FILES`;
 *   StorageError when the data folder cannot be used, or is lost meanwhile
 */
export async function standalone({ loaded, json, context }: StandaloneOptions): Promise<void> {
  const { config } = loaded;
  assertOpenFiles(config);
  const { writeOut, writeError, environment } = context;
  const { logger, close } = createServiceLogger(config.log.level, 1, (reason) => {
    writeError(`wasmwhisk: the log cannot be written (${reason}); going on without it.\n`);
  });
  const signals = watchStopSignals();
  try {
    await using opened = new Standalone({ config, logger, environment });
    await using server = await listen(opened);
    const { url, port } = server;
    for (const finding of opened.findings) writeError(`wasmwhisk: ${finding}\n`);
    if (json) writeOut(`${JSON.stringify(toListeningLine(server, config))}\n`);
    else writeError(formatWelcome(url, opened));
    logger.info({ url, port, version, config: changedSettings(loaded) }, 'listening');
    for (const finding of opened.findings) logger.error(finding);
    // In the background: actions are taken meanwhile.
    const warmed = opened.services.executor.warmUp();
    const end = await Promise.race([signals.stopped, opened.failed]);
    const { running } = opened;
    if (typeof end === 'string') {
      logger.info({ signal: end, running }, 'shutting down');
      if (running > 0)
        writeError(
          `wasmwhisk: ${end}: waiting for ${String(running)} invocation(s); a second signal ends them.\n`,
        );
    } else {
      logger.fatal({ err: end, running }, 'the storage is lost; shutting down');
    }
    await server.shutDown();
    await warmed;
    logger.info('ended');
    if (typeof end !== 'string') throw end;
  } finally {
    signals.release();
    await close();
  }
}

async function listen(opened: Standalone): Promise<ListeningServer> {
  try {
    return await startStandaloneServer(opened);
  } catch (error) {
    throw toListenError(error, opened.services.config.server);
  }
}

function toListeningLine({ url, port }: ListeningServer, { storage }: StandaloneConfig): object {
  const data = storage.dataFolder === '' ? null : storage.dataFolder;
  return { event: 'listening', url, port, pid: process.pid, version, data };
}
