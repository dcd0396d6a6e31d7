import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { buildStandaloneApp } from '../dist/api/app.js';
import { loadStandaloneConfig } from '../dist/config/load-standalone-config.js';
import type { ActivationRecord } from '../dist/entities/activation-record.js';
import { Standalone } from '../dist/standalone.js';
import type { Storage } from '../dist/storage/stores.js';
import { authKeys, toAuthorization } from './auth-keys.js';

/** The answer to a call. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** `undefined` without a body. */
  readonly json: unknown;
}

/** What a call sends beside method and path. */
export interface CallOptions {
  /** Sent as JSON; a text or bytes as they are. */
  readonly body?: unknown;
  /** Default: guest. */
  readonly user?: keyof typeof authKeys;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An API on storage in memory, for one test. */
export interface ApiFixture {
  readonly app: FastifyInstance;
  readonly standalone: Standalone;
  readonly storage: Storage;
  /** Path below the caller's namespace, or from `/api` on. */
  call(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    options?: CallOptions,
  ): Promise<Answer>;
  /** Deploys an action that does nothing. */
  deploy(name: string, annotations?: readonly object[]): Promise<void>;
  /** Turns the clock to a time after all before, in milliseconds. */
  tick(): void;
}

/** The header of guest. */
export const authorization: string = toAuthorization(authKeys.guest);

/** A module that does nothing, in base64: a `_start` that returns at once. */
export const emptyModule = 'AGFzbQEAAAABBAFgAAADAgEABwoBBl9zdGFydAAACgQBAgAL';

export function openApi(settings: Readonly<Record<string, string>> = {}): ApiFixture {
  const flags = Object.entries(settings).map(([path, text]) => ({ path, text, flag: `--${path}` }));
  const { config } = loadStandaloneConfig({ environment: {}, flags });
  const standalone = new Standalone({ config, logger: pino({ level: 'fatal' }) });
  let time = Date.now();
  const services = { ...standalone.services, now: () => time };
  const { storage, users } = services;
  users.create({ subject: 'stranger', authKey: authKeys.stranger });
  const app = buildStandaloneApp(services);
  onTestFinished(async () => {
    await app.close();
    await standalone.close();
  });
  const call: ApiFixture['call'] = async (method, path, options = {}) => {
    const { body, user = 'guest', headers = {} } = options;
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
    return { status, headers: answer.headers, text, json: text === '' ? undefined : answer.json() };
  };
  return {
    app,
    standalone,
    storage,
    call,
    deploy: async (name, annotations = []) => {
      const exec = { kind: 'wasm:0.1', code: emptyModule };
      const { status, text } = await call('PUT', `/actions/${name}`, {
        body: { exec, annotations },
      });
      if (status !== 200) throw new Error(text);
    },
    tick: () => {
      time += 1;
    },
  };
}

/** A record of an activation of guest. */
export function recordOf(
  changes: Partial<ActivationRecord> & { readonly activationId: string },
): ActivationRecord {
  return {
    namespace: 'guest',
    subject: 'guest',
    name: 'add',
    package: undefined,
    version: '0.0.1',
    cause: undefined,
    startEpochMs: Date.now(),
    endEpochMs: Date.now() + 5,
    durationMs: 5,
    statusCode: 0,
    resultJson: '{"sum":3}',
    resultBytes: 9,
    logs: [],
    annotations: [{ key: 'kind', json: '"wasm:0.1"' }],
    ...changes,
  };
}
