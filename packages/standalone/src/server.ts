import { isIP, type AddressInfo } from 'node:net';
import { buildStandaloneApp } from './api/app.js';
import { isLoopback } from './loopback.js';
import type { Standalone } from './standalone.js';

/** A standalone OpenWhisk that listens. */
export interface StandaloneServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /**
   * Clean shutdown: takes nothing new (503), waits for invocations in progress as long as
   * `server.drainTimeoutMs` allows, then ends everything. Idempotent.
   */
  shutDown(): Promise<void>;
}

/** How long after the last invocation connections may stay open, in milliseconds: every answer is on its way then. */
const lastAnswersMs = 500;

/**
 * Starts to listen as the configuration says.
 *
 * @throws what the system says when the address or port cannot be had; the standalone stays open then
 */
export async function startStandaloneServer(standalone: Standalone): Promise<StandaloneServer> {
  const { config, logger } = standalone.services;
  const { host, port, drainTimeoutMs } = config.server;
  if (!isLoopback(host))
    logger.warn(
      { host },
      'listening beyond loopback: whoever has a key can run code; the published default keys are no secret',
    );
  // In the background, while the routes are made: somebody's first action finds the compiler there.
  void standalone.services.executor.prime();
  const app = buildStandaloneApp(standalone.services);
  await app.listen({ host, port, listenTextResolver: () => '' });
  const address = app.server.address() as AddressInfo;
  const url = `http://${toReachable(host)}:${String(address.port)}`;
  standalone.apiHost = url;
  let closed: Promise<void> | undefined;
  const shutDown = (): Promise<void> => {
    closed ??= (async () => {
      await standalone.drain(drainTimeoutMs);
      // What is still going is ended first: closing the server waits for its answers.
      await standalone.close();
      const cutOff = setTimeout(() => {
        app.server.closeAllConnections();
      }, lastAnswersMs);
      await app.close();
      clearTimeout(cutOff);
    })();
    return closed;
  };
  return { url, port: address.port, shutDown, [Symbol.asyncDispose]: shutDown };
}

/** An address that a client can use: "every interface" is none. */
function toReachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}
