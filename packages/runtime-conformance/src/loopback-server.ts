import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server answers at `/large`. */
export const largeReply: string = 'loopback'.repeat(128 * 1024);

/** A web server for guests that send requests, on a free port of 127.0.0.1. */
export class LoopbackServer implements AsyncDisposable {
  /** Paths that were asked for, in the order of their arrival. */
  readonly asked: string[] = [];
  readonly port: number;
  readonly #server: Server;
  readonly #held: Set<ServerResponse>;
  readonly #changes: EventTarget;

  private constructor(
    server: Server,
    parts: Pick<LoopbackParts, 'asked' | 'held' | 'changes'>,
    port: number,
  ) {
    this.#server = server;
    this.asked = parts.asked;
    this.#held = parts.held;
    this.#changes = parts.changes;
    this.port = port;
  }

  static async open(): Promise<LoopbackServer> {
    const parts: LoopbackParts = { asked: [], held: new Set(), changes: new EventTarget() };
    const server = createServer((request, response) => {
      parts.asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      answer(request.url ?? '', response, parts);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LoopbackServer(server, parts, (server.address() as AddressInfo).port);
  }

  /** The address of a path, as the guests take it. */
  address(path: string): string {
    return `127.0.0.1:${String(this.port)}${path}`;
  }

  /** Waits until so many requests to `/held` are without an answer. */
  async heldRequests(count: number): Promise<void> {
    while (this.#held.size !== count) await once(this.#changes, 'change');
  }

  /** Answers all requests to `/held`. */
  release(): void {
    for (const response of this.#held) response.end('released');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

interface LoopbackParts {
  readonly asked: string[];
  readonly held: Set<ServerResponse>;
  readonly changes: EventTarget;
}

function answer(path: string, response: ServerResponse, { held, changes }: LoopbackParts): void {
  switch (path) {
    case '/held':
      held.add(response);
      changes.dispatchEvent(new Event('change'));
      // Also when the client goes before it is answered.
      response.once('close', () => {
        held.delete(response);
        changes.dispatchEvent(new Event('change'));
      });
      break;
    case '/large':
      response.end(largeReply);
      break;
    case '/elsewhere':
      response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end('elsewhere');
      break;
    default:
      response.writeHead(203, { 'x-secret': 'not passed on' }).end(`hello from ${path}`);
  }
}
