import { readFileSync } from 'node:fs';
import { loadStandaloneConfig, Standalone, startStandaloneServer } from '@wasmwhisk/standalone';
import { pino } from 'pino';
import { toAuthorization } from '../auth-keys.js';

/** A standalone OpenWhisk that listens on loopback and keeps nothing. */
export interface PageServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly services: Standalone['services'];
  /** Sends a request as guest, below the own namespace; throws what is neither 2xx nor 502. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Creates or updates an action; `fields` of the body beside `exec`. */
  deploy(name: string, code: Uint8Array, fields?: object): Promise<void>;
}

/** Settings by path, as `--set` takes them. */
export async function startPageServer(
  settings: Readonly<Record<string, string | number>> = {},
): Promise<PageServer> {
  const flags = Object.entries({
    'server.port': 0,
    'server.host': '127.0.0.1',
    'runtime.threads': 2,
    ...settings,
  }).map(([path, value]) => ({ path, text: String(value), flag: `--set ${path}` }));
  const { config } = loadStandaloneConfig({ environment: {}, flags });
  const standalone = new Standalone({
    config,
    logger: pino({ level: 'silent' }),
    environment: {},
  });
  const server = await startStandaloneServer(standalone);
  const { services } = standalone;

  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${server.url}/api/v1/namespaces/_/${path}`, {
      method,
      headers: {
        authorization: toAuthorization(guestKeyOf(services)),
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok && answer.status !== 502) {
      throw new Error(`${method} ${path}: ${String(answer.status)} ${text}`);
    }
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };

  return {
    url: server.url,
    port: server.port,
    services,
    call,
    async deploy(name, code, fields = {}) {
      const exec = { kind: 'wasm:0.1', code: Buffer.from(code).toString('base64') };
      await call('PUT', `actions/${name}?overwrite=true`, { exec, ...fields });
    },
    async [Symbol.asyncDispose]() {
      await server.shutDown();
    },
  };
}

export function guestKeyOf({ users }: Standalone['services']): string {
  const guest = users.find('guest');
  if (guest === undefined) throw new Error('There is no guest.');
  return guest.authKey;
}

/** A guest of `packages/executor/guests`. */
export function readGuest(name: string): Buffer {
  return readFileSync(new URL(`../../../executor/guests/build/${name}.wasm`, import.meta.url));
}

/** Where an example action lies, by its path below `examples/actions`. */
export function examplePath(path: string): string {
  return new URL(`../../../../examples/actions/${path}`, import.meta.url).pathname;
}
