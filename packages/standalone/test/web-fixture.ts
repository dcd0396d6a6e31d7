import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { loadStandaloneConfig, Standalone, startStandaloneServer } from '@wasmwhisk/standalone';
import { pino } from 'pino';
import wabt from 'wabt';
import { toAuthorization } from './auth-keys.js';

const guests = new URL('../../executor/guests/build/', import.meta.url);

/** Answers its arguments. */
export const echoGuest: Buffer = readFileSync(new URL('echo.wasm', guests));

/** A component that answers HTTP. */
export const greetGuest: Buffer = readFileSync(
  new URL('../../../examples/actions/greet-web/greet.wasm', import.meta.url),
);

/** A guest that answers always the same text, JSON or not. */
export async function constantGuest(result: string): Promise<Buffer> {
  const bytes = [...Buffer.from(result)];
  const data = bytes.map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  const pages = String(Math.ceil(bytes.length / 65_536) + 1);
  const { parseWat } = await wabt();
  const parsed = parseWat(
    'constant.wat',
    `(module
      (memory (export "memory") ${pages})
      (data (i32.const 0) "${data}")
      (func (export "set_input") (param i32) (result i32)
        (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)))
      (func (export "get_result") (result i32) (i32.const 0))
      (func (export "get_result_len") (result i32) (i32.const ${String(bytes.length)}))
      (func (export "_start")))`,
  );
  try {
    return Buffer.from(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}

/** The answer to a request, with its headers as they came. */
export interface WebAnswer {
  readonly status: number;
  /** By name in lower case; several of a name are joined by a comma, but for `set-cookie`. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
}

export function jsonOf({ text }: WebAnswer): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

/** The code of a refusal. */
export function codeOf({ headers }: WebAnswer): unknown {
  return headers['x-wasmwhisk-error'];
}

export interface WebRequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Whose credentials to send. Default: nobody's. */
  readonly authKey?: string;
}

export interface Deployment {
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Default: guest's. */
  readonly authKey?: string;
}

/** A standalone OpenWhisk that listens. */
export interface WebFixture {
  readonly url: string;
  readonly port: number;
  readonly services: Standalone['services'];
  readonly guestKey: string;
  /** Of another user, `other`. */
  readonly otherKey: string;
  request(path: string, options?: WebRequestOptions): Promise<WebAnswer>;
  /** Makes a web action of a module, `name` or `package/name`. */
  deploy(name: string, module: Buffer, deployment?: Deployment): Promise<void>;
  /** Sends JSON to the REST API, below the caller's namespace. */
  put(path: string, body: unknown, authKey?: string): Promise<void>;
  close(): Promise<void>;
}

export async function openWebFixture(
  settings: Readonly<Record<string, string>> = {},
): Promise<WebFixture> {
  const { config } = loadStandaloneConfig({
    environment: {},
    flags: Object.entries({ 'server.port': '0', ...settings }).map(([path, text]) => ({
      path,
      text,
      flag: `--${path}`,
    })),
  });
  const standalone = new Standalone({ config, logger: pino({ level: 'fatal' }) });
  const { services } = standalone;
  const guestKey = services.users.find('guest')?.authKey ?? '';
  const otherKey = services.users.create({ subject: 'other' }).authKey;
  const server = await startStandaloneServer(standalone);
  const { url, port } = server;
  const request: WebFixture['request'] = (path, options = {}) => send(port, path, options);
  const put: WebFixture['put'] = async (path, body, authKey = guestKey) => {
    const { status, text } = await request(`/api/v1/namespaces/_/${path}?overwrite=true`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      authKey,
    });
    if (status !== 200) throw new Error(text);
  };
  return {
    url,
    port,
    services,
    guestKey,
    otherKey,
    request,
    put,
    deploy: (name, module, { annotations = {}, parameters = {}, authKey } = {}) =>
      put(
        `actions/${name}`,
        {
          exec: { kind: 'wasm:0.1', code: module.toString('base64') },
          annotations: toKeyValues({ 'web-export': true, ...annotations }),
          parameters: toKeyValues(parameters),
        },
        authKey,
      ),
    close: () => server.shutDown(),
  };
}

export function toKeyValues(
  values: Readonly<Record<string, unknown>>,
): readonly { readonly key: string; readonly value: unknown }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

/** Not by fetch, which sends no body with GET, and makes its own of paths. */
function send(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body, authKey }: WebRequestOptions,
): Promise<WebAnswer> {
  return new Promise((resolve, reject) => {
    const authorization = authKey === undefined ? {} : { authorization: toAuthorization(authKey) };
    const outgoing = httpRequest(
      {
        port,
        host: '127.0.0.1',
        path,
        method,
        headers: {
          ...authorization,
          ...headers,
          ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        } as Record<string, string | string[]>,
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(pieces);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes,
            text: bytes.toString(),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
