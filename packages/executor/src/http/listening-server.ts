import { isIP, type AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A server that listens. */
export interface ListeningServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /**
   * Clean shutdown: takes nothing new (503), waits for what is in progress as long as
   * `server.drainTimeoutMs` allows, then ends everything. Idempotent.
   */
  shutDown(): Promise<void>;
}

/** What a server answers for. */
export interface ServedService {
  /** Takes nothing new, and waits for what is in progress, at most this long. */
  drain(timeoutMs: number): Promise<void>;
  /** Ends everything. Idempotent. */
  close(): Promise<void>;
}

export interface ListenSettings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly drainTimeoutMs: number;
}

/**
 * How long after the end of the service connections may stay open, in milliseconds. Every answer is on
 * its way by then; what is left are connections on which nothing, or half a request, has come.
 */
const lastAnswersMs = 500;

/**
 * Starts to listen.
 *
 * @throws what the system says when the address or port cannot be had; the service stays open then
 */
export async function listen(
  app: FastifyInstance,
  service: ServedService,
  { host, port, drainTimeoutMs }: ListenSettings,
): Promise<ListeningServer> {
  await app.listen({ host, port, listenTextResolver: () => '' });
  const address = app.server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const shutDown = (): Promise<void> => {
    closed ??= (async () => {
      await service.drain(drainTimeoutMs);
      // What is still going is ended first: closing the server waits for its answers.
      await service.close();
      const cutOff = setTimeout(() => {
        app.server.closeAllConnections();
      }, lastAnswersMs);
      await app.close();
      clearTimeout(cutOff);
    })();
    return closed;
  };
  const shownHost = isIP(host) === 6 ? `[${host}]` : host;
  return {
    url: `http://${shownHost}:${String(address.port)}`,
    port: address.port,
    shutDown,
    [Symbol.asyncDispose]: shutDown,
  };
}

/** Whether an address is only reached from this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
