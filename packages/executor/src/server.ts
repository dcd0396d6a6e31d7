import { isIP } from 'node:net';
import type { AddressInfo } from 'node:net';
import { buildApp } from './http/app.js';
import type { Executor } from './executor.js';

/** A listening executor. */
export interface ExecutorServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /**
   * Clean shutdown: takes no further run (503), waits for those in progress as long as
   * `server.drainTimeoutMs` allows, then ends everything. Idempotent.
   */
  shutDown(): Promise<void>;
}

/**
 * How long after the last run connections may stay open, in milliseconds. Every answer is on its way
 * by then; what is left are connections on which nothing, or half a request, has come.
 */
const lastAnswersMs = 500;

/** Starts to listen as the executor's configuration says. */
export async function startServer(executor: Executor): Promise<ExecutorServer> {
  const { host, port, drainTimeoutMs } = executor.config.server;
  if (executor.mode === 'service' && !isLoopback(host))
    executor.logger.warn(
      { host },
      'listening beyond loopback: whoever reaches this port can run code and sees every action; put it behind a network policy',
    );
  const app = buildApp(executor);
  await app.listen({ host, port, listenTextResolver: () => '' });
  const address = app.server.address() as AddressInfo;
  const shownHost = isIP(host) === 6 ? `[${host}]` : host;
  let closed: Promise<void> | undefined;
  const shutDown = (): Promise<void> => {
    closed ??= (async () => {
      await executor.drain(drainTimeoutMs);
      // Runs that are still going are ended first: closing the server waits for their answers.
      await executor.close();
      const cutOff = setTimeout(() => {
        app.server.closeAllConnections();
      }, lastAnswersMs);
      await app.close();
      clearTimeout(cutOff);
    })();
    return closed;
  };
  return {
    url: `http://${shownHost}:${String(address.port)}`,
    port: address.port,
    shutDown,
    [Symbol.asyncDispose]: shutDown,
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
