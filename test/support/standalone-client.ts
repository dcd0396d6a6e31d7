import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

/** The two users that every OpenWhisk has by default. Published, so no secrets. */
export const guestKey =
  '23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP';
export const systemKey =
  '789c46b1-71f6-4ed5-8c54-816aa4f8c502:abczO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP';

export interface ApiRequest {
  readonly method: string;
  /** Sent as it is: nothing is normalised or encoded. */
  readonly path: string;
  readonly body?: string | Buffer | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
  /** The body as a JSON object. */
  object(): Readonly<Record<string, unknown>>;
}

/** Sends one request. @throws Error when the connection ends before the answer is complete */
export async function callApi(url: string, call: ApiRequest, agent?: Agent): Promise<ApiAnswer> {
  const { hostname, port } = new URL(url);
  const headers = Object.entries(call.headers ?? {}).filter(([, value]) => value !== undefined);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname,
        port,
        method: call.method,
        path: call.path,
        headers: {
          ...(call.body === undefined ? {} : { 'Content-Length': Buffer.byteLength(call.body) }),
          ...(Object.fromEntries(headers) as Record<string, string>),
        },
        ...(agent === undefined ? {} : { agent }),
      },
      (incoming) => {
        text(incoming).then((body) => {
          const json = (): unknown => JSON.parse(body) as unknown;
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: body,
            json,
            object: () => json() as Readonly<Record<string, unknown>>,
          });
        }, reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(call.body);
  });
}

/** `Basic` credentials of an auth key. */
export function toBasic(authKey: string): string {
  return `Basic ${Buffer.from(authKey).toString('base64')}`;
}

/** Talks to the REST API as one user, with connections of its own. */
export interface ApiClient extends Disposable {
  readonly url: string;
  /** A path below `/api/v1/namespaces/_/`, unless it begins with a slash; a body that is no text is sent as JSON. */
  call(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  /** Creates or updates an action of kind `wasm:0.1`; `fields` go beside `exec`. */
  putAction(
    name: string,
    code: Buffer,
    fields?: Readonly<Record<string, unknown>>,
  ): Promise<ApiAnswer>;
  /** Invokes and waits for the bare result, unless the query says otherwise. */
  invoke(name: string, args?: unknown, query?: string): Promise<ApiAnswer>;
}

export function createApiClient(url: string, authKey: string = guestKey): ApiClient {
  const agent = new Agent({ keepAlive: true });
  const call: ApiClient['call'] = (method, path, body) =>
    callApi(
      url,
      {
        method,
        path: path.startsWith('/') ? path : `/api/v1/namespaces/_/${path}`,
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        headers: {
          Authorization: toBasic(authKey),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
      },
      agent,
    );
  return {
    url,
    call,
    putAction: (name, code, fields = {}) =>
      call('PUT', `actions/${name}?overwrite=true`, {
        exec: { kind: 'wasm:0.1', code: code.toString('base64') },
        ...fields,
      }),
    invoke: (name, args = {}, query = 'blocking=true&result=true') =>
      call('POST', `actions/${name}?${query}`, args),
    [Symbol.dispose]: () => {
      agent.destroy();
    },
  };
}
