import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Bounds what one connection may have in progress. A client may send requests without waiting for the
 * answers: Node hands over all that it reads, and only stops when answers are not taken. Here at most
 * `requestsMax` are handed over before they are answered and the answers are sent; further ones wait, and
 * the connection is not read from while any does. What waits is part of one read, 64 KiB.
 */
export function boundPipelines(handle: RequestListener, requestsMax: number): RequestListener {
  const pipelines = new WeakMap<Socket, Pipeline>();
  return (request, response) => {
    const { socket } = request;
    let pipeline = pipelines.get(socket);
    if (pipeline === undefined) {
      pipeline = new Pipeline(socket, handle, requestsMax);
      pipelines.set(socket, pipeline);
    }
    pipeline.add(request, response);
  };
}

class Pipeline {
  readonly #socket: Socket;
  readonly #handle: RequestListener;
  readonly #requestsMax: number;
  readonly #waiting: (readonly [IncomingMessage, ServerResponse])[] = [];
  #taken = 0;

  constructor(socket: Socket, handle: RequestListener, requestsMax: number) {
    this.#socket = socket;
    this.#handle = handle;
    this.#requestsMax = requestsMax;
    // Node reads on by itself once it could send something: bodies of requests that were taken are
    // complete when another one waits, so nobody needs what comes.
    socket.on('resume', () => {
      if (this.#waiting.length > 0) socket.pause();
    });
    socket.once('close', () => {
      this.#waiting.length = 0;
    });
  }

  add(request: IncomingMessage, response: ServerResponse): void {
    // Not `finish`: that is when the answer is complete, and not when the client has taken it.
    response.once('close', this.#onAnswered);
    if (this.#taken < this.#requestsMax) {
      this.#taken += 1;
      this.#handle(request, response);
    } else {
      this.#waiting.push([request, response]);
      this.#socket.pause();
    }
  }

  readonly #onAnswered = (): void => {
    this.#taken -= 1;
    // Node closes the answer in progress with the connection, before it says that of the connection.
    if (this.#socket.destroyed) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#taken += 1;
    this.#handle(...next);
    if (this.#waiting.length === 0) this.#socket.resume();
  };
}
