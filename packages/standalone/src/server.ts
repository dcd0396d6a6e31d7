import { isLoopback, listen, type ListeningServer } from '@wasmwhisk/executor';
import { buildStandaloneApp } from './api/app.js';
import type { Standalone } from './standalone.js';

/**
 * Starts to listen as the configuration says.
 *
 * @throws what the system says when the address or port cannot be had; the standalone stays open then
 */
export async function startStandaloneServer(standalone: Standalone): Promise<ListeningServer> {
  const { config, logger, executor } = standalone.services;
  const { host } = config.server;
  if (!isLoopback(host))
    logger.warn(
      { host },
      'listening beyond loopback: whoever has a key can run code; the published default keys are no secret',
    );
  // In the background, while the routes are made: somebody's first action finds the compiler there.
  void executor.prime();
  const app = buildStandaloneApp(standalone.services);
  const listening = await listen(app, standalone, config.server);
  const url = toReachable(host, listening);
  standalone.apiHost = url;
  return { ...listening, url };
}

/** A URL that a client can use: "every interface" is none. */
function toReachable(host: string, { url, port }: ListeningServer): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${String(port)}`;
  if (host === '::') return `http://[::1]:${String(port)}`;
  return url;
}
