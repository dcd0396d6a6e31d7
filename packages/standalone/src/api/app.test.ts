import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { Catalog } from '../catalog/catalog.js';
import { loadStandaloneConfig } from '../config/load-standalone-config.js';
import type { StandaloneServices } from '../standalone-services.js';
import type { Identity } from '../users/identity.js';
import { buildStandaloneApp } from './app.js';

const guest: Identity = {
  subject: 'guest',
  namespace: 'guest',
  uuid: 'u-1',
  authKey: 'u-1:s3cret',
};
const authorization = `Basic ${Buffer.from(guest.authKey).toString('base64')}`;
const packages = '/api/v1/namespaces/_/packages';
const json = { 'content-type': 'application/json' };

const apps: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

interface Settings {
  readonly settings?: Readonly<Record<string, string>>;
  /** What looking for an entity throws. */
  readonly fault?: Error;
  readonly logged?: string[];
}

/** An app without storage: every namespace is empty. */
function buildApp({ settings = {}, fault, logged = [] }: Settings = {}): FastifyInstance {
  const flags = Object.entries(settings).map(([path, text]) => ({ path, text, flag: `--${path}` }));
  const { config } = loadStandaloneConfig({ environment: {}, flags });
  const entities = {
    find: () => {
      if (fault !== undefined) throw fault;
      return undefined;
    },
    list: () => [],
    count: () => 0,
  };
  const services = {
    config,
    logger: pino({ level: 'error' }, { write: (line: string) => logged.push(line) }),
    users: {
      authenticate: (uuid: string, key: string) =>
        `${uuid}:${key}` === guest.authKey ? guest : undefined,
      ownerOf: () => undefined,
    },
    catalog: new Catalog(entities as never),
    storage: {
      entities,
      activations: { list: () => [], count: () => 0 },
      failure: () => undefined,
      report: () => undefined,
    },
    executor: {},
    invoker: {},
    apiHost: () => 'http://127.0.0.1:3233',
    now: Date.now,
  } as unknown as StandaloneServices;
  const app = buildStandaloneApp(services);
  apps.push(app);
  return app;
}

describe('every answer', () => {
  it('has the transaction id of its request', async () => {
    const app = buildApp();
    const given = await app.inject({ url: '/ping', headers: { 'x-request-id': 'abc-1' } });
    expect(given.headers['x-request-id']).toBe('abc-1');
    const made = await app.inject({ url: '/ping' });
    expect(made.headers['x-request-id']).toMatch(/^[a-zA-Z0-9]{32}$/);
  });

  it.each(['sid_invoker', 'a b', 'ä', 'x'.repeat(129), ''])(
    'has an id of its own when it was asked for %j',
    async (id) => {
      const answer = await buildApp().inject({ url: '/ping', headers: { 'x-request-id': id } });
      expect(answer.headers['x-request-id']).toMatch(/^[a-zA-Z0-9]{32}$/);
    },
  );

  it('has one when nothing was routed at all', async () => {
    const answer = await buildApp().inject({ url: '/%zz', headers: { 'x-request-id': 'abc-2' } });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['x-request-id']).toBe('abc-2');
    expect(answer.json()).toMatchObject({ code: 'abc-2' });
  });
});

describe('a refusal', () => {
  const auth = { authorization };
  const long = 'a'.repeat(9000);

  it.each([
    ['a query that is malformed', 400, { url: `${packages}?limit=x`, headers: auth }],
    ['a name that is malformed', 400, { url: `${packages}/a%2Fb`, headers: auth }],
    ['a path that cannot be decoded', 400, { url: `${packages}/%c3%28`, headers: auth }],
    [
      'JSON that is malformed',
      400,
      { method: 'PUT', url: `${packages}/p`, headers: { ...auth, ...json }, payload: '{"a":' },
    ],
    ['a missing body', 400, { method: 'PUT', url: `${packages}/p`, headers: auth }],
    ['missing credentials', 401, { url: packages }],
    ['wrong credentials', 401, { url: packages, headers: { authorization: 'Basic dToxMjM=' } }],
    ['a foreign namespace', 403, { url: '/api/v1/namespaces/other/triggers', headers: auth }],
    ['a foreign page', 403, { url: packages, headers: { ...auth, origin: 'http://evil.example' } }],
    ['a missing entity', 404, { url: `${packages}/p`, headers: auth }],
    ['an unknown path', 404, { url: '/nowhere' }],
    ['a namespace, which is no resource', 404, { url: '/api/v1/namespaces/_', headers: auth }],
    ['a wrong method of a collection', 405, { method: 'POST', url: packages, headers: auth }],
    [
      'wsk package refresh',
      405,
      { method: 'POST', url: `${packages}/refresh`, headers: { ...auth, ...json }, payload: '{}' },
    ],
    [
      'a method that no route has',
      405,
      { method: 'PATCH', url: `${packages}/p`, headers: { ...auth, ...json }, payload: '{}' },
    ],
    [
      'activations that are written',
      405,
      {
        method: 'DELETE',
        url: `/api/v1/namespaces/_/activations/${'a'.repeat(32)}`,
        headers: auth,
      },
    ],
    ['limits that are written', 405, { method: 'PUT', url: '/api/v1/namespaces/_/limits' }],
    ['a long path', 414, { url: `${packages}?x=${long}`, headers: auth }],
    [
      'a body that is no JSON',
      415,
      {
        method: 'PUT',
        url: `${packages}/p`,
        headers: { ...auth, 'content-type': 'text/plain' },
        payload: '{}',
      },
    ],
    [
      'a body of no type (trap 33)',
      415,
      { method: 'PUT', url: `${packages}/p`, headers: auth, payload: Buffer.from('{}') },
    ],
    [
      'a body of a type that is none',
      415,
      {
        method: 'PUT',
        url: `${packages}/p`,
        headers: { ...auth, 'content-type': ';;' },
        payload: '{}',
      },
    ],
  ] as const)('of %s is JSON with error and code (trap 3)', async (_what, status, call) => {
    const answer = await buildApp().inject(call);
    expect(answer.statusCode).toBe(status);
    // A charset would make wskdeploy and npm openwhisk read it otherwise (trap 1).
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers['x-wasmwhisk-error']).toMatch(/^WW_ERR_API_/);
    const body = answer.json<Record<string, unknown>>();
    expect(Object.keys(body).sort()).toEqual(['code', 'error']);
    expect(body['error']).toMatch(/\S/);
    expect(body['code']).toBe(answer.headers['x-request-id']);
  });

  it('of credentials asks for them, and says whether there were any', async () => {
    const app = buildApp();
    const none = await app.inject({ url: packages });
    const wrong = await app.inject({ url: packages, headers: { authorization: 'Basic !' } });
    expect(none.headers['www-authenticate']).toBe('Basic realm="OpenWhisk secure realm"');
    expect(wrong.headers['www-authenticate']).toBe('Basic realm="OpenWhisk secure realm"');
    expect(none.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_NO_CREDENTIALS');
    expect(wrong.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_CREDENTIALS');
  });

  it('of a body that is too long says what is allowed', async () => {
    const app = buildApp({ settings: { 'server.bodyBytesMax': '70MiB' } });
    const answer = await app.inject({
      method: 'PUT',
      url: `${packages}/p`,
      headers: { authorization, ...json, 'content-length': String(71 * 1024 * 1024) },
      payload: '{}',
    });
    expect(answer.statusCode).toBe(413);
    expect(answer.json()).toMatchObject({ error: expect.stringContaining('73400320') as string });
  });

  it('of a body that is too long reaches who is still sending it', async () => {
    const app = buildApp();
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const send = (method: string, path: string, body?: Buffer): Promise<number> =>
      new Promise((resolve, reject) => {
        const headers = { authorization, ...json };
        const call = request(`${url}${path}`, { method, headers, agent }, (answer) => {
          answer.resume().on('end', () => {
            resolve(answer.statusCode ?? 0);
          });
        });
        call.on('error', reject).end(body);
      });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = Buffer.alloc(51 * 1024 * 1024, 'x');
    expect(await send('PUT', `${packages}/p`, body)).toBe(413);
    expect(await send('GET', packages)).toBe(200);
    agent.destroy();
  });

  it.each([
    ['long', { 'content-length': '100000' }],
    ['endless', { 'transfer-encoding': 'chunked' }],
  ])('of missing credentials does not wait for a body that is %s', async (_what, headers) => {
    const app = buildApp();
    const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(url.port), url.hostname);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`PUT ${packages}/p HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401/);
    socket.destroy();
  });

  it('of a wrong method names those that are right', async () => {
    const answer = await buildApp().inject({ method: 'POST', url: `${packages}/p` });
    expect(answer.headers.allow).toBe('DELETE, GET, HEAD, PUT');
  });

  it('of our own fault is logged with its stack, and answered without it', async () => {
    const logged: string[] = [];
    const app = buildApp({ fault: new Error('the disk is on fire'), logged });
    const answer = await app.inject({ url: `${packages}/p`, headers: { authorization } });
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_INTERNAL');
    expect(answer.body).not.toContain('fire');
    const line = JSON.parse(logged.join('')) as Record<string, unknown>;
    expect(line).toMatchObject({
      request: answer.headers['x-request-id'],
      err: { message: 'the disk is on fire', stack: expect.stringContaining('app.test') as string },
    });
  });

  it('logs nothing when the fault is not ours', async () => {
    const logged: string[] = [];
    await buildApp({ logged }).inject({ url: packages });
    expect(logged).toEqual([]);
  });
});

describe('paths', () => {
  it.each([
    '/api/v1/namespaces/_/packages',
    '/api/v1/namespaces/_/packages/',
    '/api/v1/namespaces/_/packages?',
    '//api/v1/namespaces/_/packages',
    '///api/v1/namespaces/_/packages?limit=1',
    '/api/v1/namespaces/guest/packages?public=true',
  ])('may be written as %s', async (url) => {
    const answer = await buildApp().inject({ url, headers: { authorization } });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual([]);
  });

  it.each(['triggers', 'rules', 'activations', 'actions'])(
    'of %s end in a slash or not',
    async (name) => {
      const app = buildApp();
      const url = `/api/v1/namespaces/_/${name}`;
      for (const each of [url, `${url}/`]) {
        const answer = await app.inject({ url: each, headers: { authorization } });
        expect(answer.body).toBe('[]');
      }
    },
  );

  it('are split before they are decoded (trap 34)', async () => {
    const answer = await buildApp().inject({
      url: `${packages}/a%2Fb%3Fc%25d`,
      headers: { authorization },
    });
    expect(answer.json()).toMatchObject({ error: expect.stringContaining('"a/b?c%d"') as string });
  });

  it('are not decoded twice', async () => {
    const answer = await buildApp().inject({
      url: `${packages}/a%2541`,
      headers: { authorization },
    });
    expect(answer.json()).toMatchObject({ error: expect.stringContaining('"a%41"') as string });
  });

  it('of entities have no slash at their end', async () => {
    const answer = await buildApp().inject({ url: `${packages}/p/`, headers: { authorization } });
    expect(answer.statusCode).toBe(404);
  });

  it('are answered to HEAD as to GET, without body', async () => {
    const answer = await buildApp().inject({
      method: 'HEAD',
      url: packages,
      headers: { authorization },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe('');
    expect(answer.headers['content-length']).toBe('2');
  });
});
