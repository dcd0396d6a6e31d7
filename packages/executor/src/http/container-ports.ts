import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Container } from '../containers/container.js';
import { createHttpServer, type ServerSettings } from './http-server.js';

/** How long answers may take after their container is destroyed, in milliseconds. */
const lastAnswersMs = 500;

/** What a container's server takes over from the main one. */
export interface PortSettings extends ServerSettings {
  readonly host: string;
}

/** Ports of containers that were made by `/start`: one each, all served by the same routes. */
export class ContainerPorts {
  readonly #settings: PortSettings;
  readonly #handle: RequestListener;
  readonly #onClientError: (error: Error, socket: Duplex) => void;
  readonly #containers = new Map<number, string>();
  readonly #servers = new Set<Server>();

  constructor(
    settings: PortSettings,
    handle: RequestListener,
    onClientError: (error: Error, socket: Duplex) => void,
  ) {
    this.#settings = settings;
    this.#handle = handle;
    this.#onClientError = onClientError;
  }

  /** The container whose port a connection came in by. */
  containerOf(socket: Socket): string | undefined {
    return socket.localPort === undefined ? undefined : this.#containers.get(socket.localPort);
  }

  /** Opens a fresh port, which closes with the container. */
  async open(container: Container): Promise<number> {
    const server = createHttpServer(this.#settings, this.#handle);
    server.on('clientError', (error, socket) => {
      this.#onClientError(error, socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, this.#settings.host, resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    this.#servers.add(server);
    this.#containers.set(address.port, container.id);
    container.onDestroy(() => {
      this.#containers.delete(address.port);
      this.#close(server);
    });
    return address.port;
  }

  close(): void {
    for (const server of [...this.#servers]) this.#close(server);
    this.#containers.clear();
  }

  #close(server: Server): void {
    this.#servers.delete(server);
    // Closes what is idle. A connection on which nothing has come is not, and Node no longer looks at
    // the time of half a request: those are closed when the answers to runs and destroy have left.
    const cutOff = setTimeout(() => {
      server.closeAllConnections();
    }, lastAnswersMs);
    server.close(() => {
      clearTimeout(cutOff);
    });
  }
}
