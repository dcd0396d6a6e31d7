import { Agent, request, type IncomingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** From sending to the last byte, in milliseconds. */
  readonly ms: number;
}

/** A caller that keeps its connections, as invokers do. */
export class JsonClient implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;

  /** `headers` go with every request. */
  constructor(url: string, connections: number, headers: Readonly<Record<string, string>> = {}) {
    this.#url = new URL(url);
    this.#headers = headers;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  get(path: string): Promise<Answer> {
    return this.#send('GET', path, undefined, undefined);
  }

  /** Sends a body that is JSON text already. `signal` closes the connection. */
  post(path: string, body: string | Buffer = '', signal?: AbortSignal): Promise<Answer> {
    return this.#send('POST', path, Buffer.from(body), signal);
  }

  /** Like `post`, and throws unless the answer is a 200. */
  async postOk(path: string, body?: string | Buffer): Promise<Answer> {
    return assertOk(`POST ${path}`, await this.post(path, body));
  }

  async getOk(path: string): Promise<Answer> {
    return assertOk(`GET ${path}`, await this.get(path));
  }

  async putOk(path: string, body: string | Buffer): Promise<Answer> {
    return assertOk(`PUT ${path}`, await this.#send('PUT', path, Buffer.from(body), undefined));
  }

  close(): void {
    this.#agent.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #send(
    method: string,
    path: string,
    body: Buffer | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const sent = request({
        agent: this.#agent,
        host: this.#url.hostname,
        port: this.#url.port,
        method,
        path,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          ...this.#headers,
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': body.length }),
        },
      });
      sent.once('error', reject);
      sent.once('response', (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.once('error', reject);
        response.once('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(pieces).toString('utf8'),
            ms: performance.now() - startedAt,
          });
        });
      });
      sent.end(body);
    });
  }
}

function assertOk(what: string, answer: Answer): Answer {
  if (answer.status === 200) return answer;
  throw new Error(`${what} was answered ${String(answer.status)}: ${answer.body}`);
}
