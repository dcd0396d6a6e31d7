import { pino } from 'pino';
import { onTestFinished, vi } from 'vitest';
import { buildStandaloneApp } from '../dist/api/app.js';
import { loadStandaloneConfig } from '../dist/config/load-standalone-config.js';
import { Standalone } from '../dist/standalone.js';
import { authKeys, toAuthorization } from './auth-keys.js';
import { guests, type GuestName } from './guests.js';

/** A record as the API shows it. */
export interface ShownRecord {
  readonly activationId: string;
  readonly name: string;
  readonly version: string;
  readonly namespace: string;
  readonly subject: string;
  readonly cause?: string;
  readonly start: number;
  readonly end?: number;
  readonly duration?: number;
  readonly response: {
    readonly status: string;
    readonly success: boolean;
    readonly result?: unknown;
    readonly size?: number;
  };
  readonly logs: readonly string[];
  readonly annotations: readonly { readonly key: string; readonly value: unknown }[];
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
  /** The header `x-openwhisk-activation-id`. */
  readonly activationId: string | undefined;
}

interface CallOptions {
  readonly body?: unknown;
  readonly user?: keyof typeof authKeys;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole standalone OpenWhisk on storage in memory, without a port. */
export interface Whisk {
  readonly standalone: Standalone;
  /** Path below the caller's namespace, or from `/api` on. */
  call(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    options?: CallOptions,
  ): Promise<Answer>;
  /** Creates or updates an action. `fields`: of the body beside `exec`. */
  deploy(name: string, guest: GuestName, fields?: object): Promise<void>;
  /** Creates or updates whatever lies at a path. */
  put(path: string, body: object): Promise<void>;
  /** Invokes and waits for the record. */
  invoke(name: string, args?: object): Promise<ShownRecord>;
  /** The record of an activation, as soon as it is stored. */
  record(activationId: string | undefined, user?: keyof typeof authKeys): Promise<ShownRecord>;
  /** How many records there are. */
  count(): Promise<number>;
}

/** What `Authorization` says of guest. */
export const guestAuthorization: string = toAuthorization(authKeys.guest);

export function openWhisk(settings: Readonly<Record<string, string>> = {}): Whisk {
  const flags = Object.entries(settings).map(([path, text]) => ({ path, text, flag: path }));
  const { config } = loadStandaloneConfig({ environment: {}, flags });
  const standalone = new Standalone({ config, logger: pino({ level: 'fatal' }), environment: {} });
  standalone.services.users.create({ subject: 'stranger', authKey: authKeys.stranger });
  const app = buildStandaloneApp(standalone.services);
  onTestFinished(async () => {
    await standalone.close();
    await app.close();
  });
  const call: Whisk['call'] = async (method, path, { body, user = 'guest', headers = {} } = {}) => {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const answer = await app.inject({
      method,
      url: path.startsWith('/api') ? path : `/api/v1/namespaces/_${path}`,
      headers: {
        authorization: toAuthorization(authKeys[user]),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isRaw ? body : JSON.stringify(body) }),
    });
    const { statusCode: status, body: text } = answer;
    const id = answer.headers['x-openwhisk-activation-id'];
    return {
      status,
      text,
      json: text === '' ? undefined : answer.json(),
      activationId: typeof id === 'string' ? id : undefined,
    };
  };
  const put: Whisk['put'] = async (path, body) => {
    const { status, text } = await call('PUT', `${path}?overwrite=true`, { body });
    if (status !== 200) throw new Error(text);
  };
  return {
    standalone,
    call,
    put,
    deploy: (name, guest, fields = {}) => {
      const exec = { kind: 'wasm:0.1', code: Buffer.from(guests[guest]).toString('base64') };
      return put(`/actions/${name}`, { exec, ...fields });
    },
    invoke: async (name, args = {}) => {
      const { activationId } = await call('POST', `/actions/${name}?blocking=true`, { body: args });
      const { json } = await call('GET', `/activations/${activationId ?? ''}`);
      return json as ShownRecord;
    },
    record: async (activationId, user = 'guest') =>
      vi.waitFor(
        async () => {
          const path = `/activations/${activationId ?? ''}`;
          const { status, text, json } = await call('GET', path, { user });
          if (status !== 200) throw new Error(text);
          return json as ShownRecord;
        },
        { timeout: 20_000, interval: 10 },
      ),
    count: async () => {
      const { json } = await call('GET', '/activations?count=true');
      return (json as { readonly activations: number }).activations;
    },
  };
}

/** The value of an annotation of a record. */
export function annotationOf({ annotations }: ShownRecord, key: string): unknown {
  return annotations.find((each) => each.key === key)?.value;
}
