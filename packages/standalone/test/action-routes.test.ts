import { readFileSync } from 'node:fs';
import {
  loadStandaloneConfig,
  Standalone,
  startStandaloneServer,
  type Identity,
} from '@wasmwhisk/standalone';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const root = new URL('../../../examples/actions/', import.meta.url);
const addModule = readFileSync(new URL('add-wat/build/add-wat.wasm', root));
const helloModule = readFileSync(new URL('hello/build/hello.wasm', root));
const add = { kind: 'wasm:0.1', code: addModule.toString('base64') };
const hello = { kind: 'wasm:0.1', code: helloModule.toString('base64') };

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Parsed; `undefined` when it is no JSON. */
  readonly body: unknown;
  readonly errorCode: string | null;
}

let url = '';
let guestKey = '';
let otherKey = '';
let stop: () => Promise<void>;
/** A namespace of its own for each test would need a user each: names are unique instead. */
let count = 0;
let prefix = '';

beforeAll(async () => {
  const { config } = loadStandaloneConfig({
    environment: {},
    flags: [{ path: 'server.port', text: '0', flag: '--port' }],
  });
  const standalone = new Standalone({ config, logger: pino({ level: 'silent' }) });
  guestKey = keyOf(standalone.services.users.find('guest'));
  otherKey = standalone.services.users.create({ subject: 'other' }).authKey;
  const server = await startStandaloneServer(standalone);
  url = server.url;
  stop = () => server.shutDown();
});

afterAll(async () => {
  await stop();
});

beforeEach(() => {
  count += 1;
  prefix = `t${String(count)}`;
});

function keyOf(identity: Identity | undefined): string {
  if (identity === undefined) throw new Error('there is no such user');
  return identity.authKey;
}

/** `path` begins behind `/namespaces/_/`, unless it begins with `/`. A body that is a string is sent as it is. */
async function call(
  method: string,
  path: string,
  body?: unknown,
  authKey: string = guestKey,
): Promise<Answer> {
  const response = await fetch(
    `${url}/api/v1/namespaces${path.startsWith('/') ? path : `/_/${path}`}`,
    {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(authKey).toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    },
  );
  const text = await response.text();
  expect(response.headers.get('content-type')).toBe('application/json');
  return {
    status: response.status,
    text,
    body: JSON.parse(text) as unknown,
    errorCode: response.headers.get('x-wasmwhisk-error'),
  };
}

const put = (path: string, body: unknown, authKey?: string) => call('PUT', path, body, authKey);
const update = (path: string, body: unknown) => call('PUT', `${path}?overwrite=true`, body);
const get = (path: string, authKey?: string) => call('GET', path, undefined, authKey);

/** Puts something that must succeed. */
async function create(path: string, body: unknown, authKey?: string): Promise<Answer> {
  const answer = await put(path, body, authKey);
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

function expectRefusal(answer: Answer, status: number, errorCode: string): void {
  expect(answer, answer.text).toMatchObject({ status, errorCode });
  const { error, code } = answer.body as { error: unknown; code: unknown };
  expect(error).toBeTypeOf('string');
  // `wsk` shows the text only when it sees both.
  expect(code).toMatch(/^\S+$/);
}

describe('PUT of an action', () => {
  it('answers a new action as it is stored, without its code', async () => {
    const before = Date.now();
    const { body, text } = await create(`actions/${prefix}`, {
      namespace: '_',
      name: 'something/else',
      exec: { ...add, main: 'add', binary: false },
      parameters: [{ key: 'a', value: 1 }],
      annotations: [{ key: 'note', value: 'hi' }],
    });
    expect(body).toMatchObject({
      namespace: 'guest',
      name: prefix,
      version: '0.0.1',
      publish: false,
      exec: { kind: 'wasm:0.1', binary: true, main: 'add' },
      parameters: [{ key: 'a', value: 1 }],
      limits: { timeout: 60_000, memory: 256, logs: 10, concurrency: 1 },
    });
    expect(text).not.toContain(add.code);
    expect(text).not.toContain('instances');
    const { annotations, updated } = body as { annotations: unknown[]; updated: number };
    expect(annotations).toHaveLength(3);
    expect(annotations).toEqual(
      expect.arrayContaining([
        { key: 'note', value: 'hi' },
        { key: 'provide-api-key', value: false },
        { key: 'exec', value: 'wasm:0.1' },
      ]),
    );
    expect(updated).toBeGreaterThanOrEqual(before);
  });

  it('gives numbers back as they were written', async () => {
    const exec = JSON.stringify(add);
    const parameters =
      '[{"key":"a","value":9007199254740993},{"key":"b","value":{"c":[1.0,-0,1e400]}}]';
    const { text } = await create(
      `actions/${prefix}`,
      `{"exec":${exec},"parameters":${parameters}}`,
    );
    expect(text).toContain(parameters);
    expect((await get(`actions/${prefix}`)).text).toContain(parameters);
  });

  it('counts the version up with every overwrite, unless the body says one', async () => {
    const path = `actions/${prefix}`;
    const versions = [
      await create(path, { exec: add }),
      await update(path, {}),
      await update(path, { exec: add }),
      await update(path, { version: '1.2.3' }),
      await update(path, { publish: false }),
    ].map(({ body }) => (body as { version: string }).version);
    expect(versions).toEqual(['0.0.1', '0.0.2', '0.0.3', '1.2.3', '1.2.4']);
  });

  it('refuses to overwrite unless told so, and to create without code', async () => {
    const path = `actions/${prefix}`;
    expectRefusal(await update(path, {}), 400, 'WW_ERR_API_BODY');
    await create(path, { exec: add });
    expectRefusal(await put(path, { exec: add }), 409, 'WW_ERR_API_EXISTS');
    expectRefusal(await put(`${path}?overwrite=false`, {}), 409, 'WW_ERR_API_EXISTS');
    expectRefusal(await put(`${path}?overwrite=maybe`, {}), 400, 'WW_ERR_API_QUERY');
    // What is refused changes nothing.
    expect((await get(path)).body).toMatchObject({ version: '0.0.1' });
  });

  it('merges annotations and limits, and replaces parameters', async () => {
    const path = `actions/${prefix}`;
    await create(path, {
      exec: { ...add, main: 'add' },
      parameters: [{ key: 'a', value: 1 }],
      annotations: [
        { key: 'keep', value: 1 },
        { key: 'change', value: 1 },
        { key: 'drop', value: 1 },
        { key: 'provide-api-key', value: true },
        { key: 'exec', value: 'lie' },
      ],
      limits: { timeout: 1000, memory: 128, instances: 3 },
    });
    const { body } = await update(path, {
      parameters: [{ key: 'b', value: 2 }],
      annotations: [{ key: 'change', value: 2 }],
      delAnnotations: ['drop', 'exec', 'absent'],
      limits: { memory: 256 },
    });
    expect(body).toMatchObject({
      exec: { kind: 'wasm:0.1', binary: true, main: 'add' },
      parameters: [{ key: 'b', value: 2 }],
      limits: { timeout: 1000, memory: 256, logs: 10, concurrency: 1, instances: 3 },
    });
    const { annotations } = body as { annotations: { key: string; value: unknown }[] };
    expect(new Map(annotations.map(({ key, value }) => [key, value]))).toEqual(
      new Map<string, unknown>([
        ['keep', 1],
        ['change', 2],
        ['provide-api-key', true],
        ['exec', 'wasm:0.1'],
      ]),
    );
    // The main goes with the exec that it belongs to.
    const again = await update(path, { exec: hello, parameters: [] });
    expect(again.body).toMatchObject({ exec: { kind: 'wasm:0.1', binary: true }, parameters: [] });
    expect(again.text).not.toContain('"main"');
  });

  it('does not bring the API key annotation back', async () => {
    const path = `actions/${prefix}`;
    await create(path, { exec: add });
    const { text } = await update(path, { delAnnotations: ['provide-api-key'] });
    expect(text).not.toContain('provide-api-key');
    expect((await update(path, { exec: add })).text).not.toContain('provide-api-key');
  });

  it('lets the copied of two equal keys count, as wsk --copy sends them', async () => {
    await create(`actions/${prefix}a`, {
      exec: add,
      parameters: [{ key: 'x', value: 'copied' }],
      annotations: [{ key: 'note', value: 'copied' }],
    });
    const source = (await get(`actions/${prefix}a?code=true`)).body as {
      exec: { code: string };
      parameters: unknown[];
      annotations: unknown[];
    };
    expect(source.exec.code).toBe(add.code);
    const { body } = await create(`actions/${prefix}b?overwrite=false`, {
      namespace: '_',
      name: `${prefix}b`,
      exec: source.exec,
      parameters: [{ key: 'x', value: 'typed' }, ...source.parameters],
      annotations: [{ key: 'note', value: 'typed' }, ...source.annotations],
    });
    expect(body).toMatchObject({ parameters: [{ key: 'x', value: 'copied' }] });
    expect((body as { annotations: unknown[] }).annotations).toContainEqual({
      key: 'note',
      value: 'copied',
    });
  });

  it.each(['nodejs:default', 'blackbox', 'python:3', 'wasm'])(
    'refuses the kind %s',
    async (kind) => {
      const answer = await put(`actions/${prefix}`, { exec: { ...add, kind, image: 'x' } });
      expectRefusal(answer, 400, 'WW_ERR_API_KIND');
      expect(answer.text).toContain(kind);
      expect(answer.text).toContain('wasm:0.1');
    },
  );

  it.each(['wasm:default', ' Wasm:0.1 '])('resolves the kind %j', async (kind) => {
    const { body } = await create(`actions/${prefix}`, { exec: { ...add, kind } });
    expect(body).toMatchObject({ exec: { kind: 'wasm:0.1' } });
  });

  it('refuses a module that wsk read as text, with the remedy', async () => {
    const code = helloModule.toString('utf8');
    expect(code).toContain('\ufffd');
    const answer = await put(`actions/${prefix}`, { exec: { kind: 'wasm:0.1', code } });
    expectRefusal(answer, 400, 'WW_ERR_API_CODE');
    expect(answer.text).toMatch(/wasmwhisk pack.*base64.*wasmwhisk deploy/);
    expect((await get(`actions/${prefix}`)).status).toBe(404);
  });

  it('keeps base64 in lines as the text it is', async () => {
    const code = `${add.code.slice(0, 60)}\n${add.code.slice(60)}\n`;
    const { body } = await create(`actions/${prefix}`, { exec: { kind: 'wasm:0.1', code } });
    expect(body).toMatchObject({ exec: { binary: false } });
    expect((await get(`actions/${prefix}`)).body).toMatchObject({ exec: { code, binary: false } });
  });

  it('refuses what is too large', async () => {
    const value = 'x'.repeat(1024 * 1024);
    const path = `actions/${prefix}`;
    expectRefusal(
      await put(path, { exec: add, parameters: [{ key: 'a', value }] }),
      413,
      'WW_ERR_API_TOO_LARGE',
    );
    expectRefusal(
      await put(path, { exec: add, annotations: [{ key: 'a', value }] }),
      413,
      'WW_ERR_API_TOO_LARGE',
    );
    const code = 'A'.repeat(48 * 1024 * 1024 + 4);
    expectRefusal(await put(path, { exec: { ...add, code } }), 413, 'WW_ERR_API_TOO_LARGE');
    // Each fits, both together do not.
    const half = 'x'.repeat(600 * 1024);
    await create(path, { exec: add, annotations: [{ key: 'a', value: half }] });
    expectRefusal(
      await update(path, { annotations: [{ key: 'b', value: half }] }),
      413,
      'WW_ERR_API_TOO_LARGE',
    );
  });

  it('takes the longest code there may be, and gives it back', async () => {
    const path = `actions/${prefix}`;
    const code = Buffer.alloc(36 * 1024 * 1024, 'wasm').toString('base64');
    expect(code).toHaveLength(48 * 1024 * 1024);
    await create(path, { exec: { ...add, code } });
    const { text } = await get(path);
    expect(text.includes(code)).toBe(true);
    expect((await call('DELETE', path)).text.length).toBeLessThan(2000);
  });

  it.each([
    ['memory', 127],
    ['memory', 513],
    ['memory', 1.5],
    ['timeout', 99],
    ['timeout', 300_001],
    ['logs', 11],
    ['logs', -1],
    ['concurrency', 0],
    ['instances', -1],
    ['timeout', '100'],
  ])('refuses %s of %j', async (name, limit) => {
    const answer = await put(`actions/${prefix}`, { exec: add, limits: { [name]: limit } });
    expectRefusal(answer, 400, 'WW_ERR_API_LIMIT');
  });

  it.each([
    ['no body', undefined, 'WW_ERR_API_BODY'],
    ['no JSON', '{"exec":', 'WW_ERR_API_BODY'],
    ['a list', '[]', 'WW_ERR_API_BODY'],
    ['deep nesting', `{"exec":${'['.repeat(100_000)}`, 'WW_ERR_API_BODY'],
    ['a member of a wrong type', { exec: add, publish: 'yes' }, 'WW_ERR_API_BODY'],
    ['a bad version', { exec: add, version: '0.0.0' }, 'WW_ERR_API_BODY'],
  ])('refuses %s', async (_name, body, code) => {
    expectRefusal(await put(`actions/${prefix}`, body), 400, code);
  });

  it('refuses bad names, and takes those with blanks', async () => {
    expectRefusal(await put('actions/-x', { exec: add }), 400, 'WW_ERR_API_NAME');
    expectRefusal(await put('actions/a%2Fb', { exec: add }), 400, 'WW_ERR_API_NAME');
    expectRefusal(await put(`actions/${'a'.repeat(257)}`, { exec: add }), 400, 'WW_ERR_API_NAME');
    const { body } = await create(`actions/${prefix}%20my%20action`, { exec: add });
    expect(body).toMatchObject({ name: `${prefix} my action` });
  });

  it('shares its names with all other entities', async () => {
    await create(`triggers/${prefix}`, {});
    for (const answer of [
      await put(`actions/${prefix}`, { exec: add }),
      await update(`actions/${prefix}`, { exec: add }),
      await get(`actions/${prefix}`),
      await call('DELETE', `actions/${prefix}`),
      await put(`actions/${prefix}/x`, { exec: add }),
    ])
      expectRefusal(answer, 409, 'WW_ERR_API_COLLECTION');
  });

  it('keeps strangers out', async () => {
    await create(`actions/${prefix}`, { exec: add });
    const path = `/guest/actions/${prefix}`;
    expectRefusal(await put(path, { exec: add }, otherKey), 403, 'WW_ERR_API_FORBIDDEN');
    expectRefusal(await get(path, otherKey), 403, 'WW_ERR_API_FORBIDDEN');
    expectRefusal(await get('/guest/actions', otherKey), 403, 'WW_ERR_API_FORBIDDEN');
    expectRefusal(await get('/nobody/actions/x', otherKey), 403, 'WW_ERR_API_FORBIDDEN');
    expectRefusal(await call('DELETE', path, undefined, otherKey), 403, 'WW_ERR_API_FORBIDDEN');
    expectRefusal(await get(path, 'x:y'), 401, 'WW_ERR_API_CREDENTIALS');
    expect((await get(path)).status).toBe(200);
  });
});

describe('GET and DELETE of an action', () => {
  it('shows the code unless it is told not to', async () => {
    const path = `actions/${prefix}`;
    await create(path, { exec: { ...add, main: 'add' } });
    expect((await get(path)).body).toMatchObject({ exec: { ...add, binary: true, main: 'add' } });
    const { body } = await get(`${path}?code=false`);
    expect((body as { exec: unknown }).exec).toEqual({
      kind: 'wasm:0.1',
      binary: true,
      main: 'add',
    });
    expectRefusal(await get(`${path}?code=x`), 400, 'WW_ERR_API_QUERY');
  });

  it('answers what it deleted, and does not find it again', async () => {
    const path = `actions/${prefix}`;
    await create(path, { exec: add });
    expect(await call('DELETE', path)).toMatchObject({
      status: 200,
      body: { name: prefix, version: '0.0.1', exec: { binary: true } },
    });
    expectRefusal(await call('DELETE', path), 404, 'WW_ERR_API_NOT_FOUND');
    expectRefusal(await get(path), 404, 'WW_ERR_API_NOT_FOUND');
    // The next of that name begins anew.
    expect((await create(path, { exec: add })).body).toMatchObject({ version: '0.0.1' });
  });

  it('keeps code that two actions have until the last goes', async () => {
    const unique = Buffer.concat([addModule, Buffer.from(prefix)]).toString('base64');
    const exec = { kind: 'wasm:0.1', code: unique };
    await create(`actions/${prefix}a`, { exec });
    await create(`actions/${prefix}b`, { exec });
    await call('DELETE', `actions/${prefix}a`);
    expect((await get(`actions/${prefix}b`)).body).toMatchObject({ exec: { code: unique } });
  });
});

describe('lists of actions', () => {
  it('have the latest first, pages, and counts', async () => {
    await create(`packages/${prefix}`, {});
    for (const name of ['a', 'b', 'c']) await create(`actions/${prefix}/${name}`, { exec: add });
    await update(`actions/${prefix}/a`, { parameters: [{ key: 'secret', value: 1 }] });
    const names = async (query: string): Promise<string[]> => {
      const { body } = await get(`actions/${prefix}/${query}`);
      return (body as { name: string }[]).map(({ name }) => name);
    };
    const all = await names('');
    expect([...all].sort()).toEqual(['a', 'b', 'c']);
    expect(all[0]).toBe('a');
    expect(await names('?limit=0&skip=0')).toEqual(all);
    expect(await names('?limit=1')).toEqual(all.slice(0, 1));
    expect(await names('?limit=1&skip=1')).toEqual(all.slice(1, 2));
    expect(await names('?limit=200&skip=3&public=x')).toEqual([]);
    for (const [query, counted] of [
      ['?count=true', 3],
      ['?count=true&skip=1&limit=1', 2],
      ['?count=yes&skip=7', 0],
    ] as const)
      expect((await get(`actions/${prefix}/${query}`)).body).toEqual({ actions: counted });
    for (const query of ['limit=201', 'limit=-1', 'limit=x', 'limit=1.5', 'skip=-1', 'count=x'])
      expectRefusal(await get(`actions?${query}`), 400, 'WW_ERR_API_QUERY');
  });

  it('show no parameters, but the kind in an annotation', async () => {
    await create(`packages/${prefix}`, {});
    await create(`actions/${prefix}/a`, {
      exec: add,
      parameters: [{ key: 'secret', value: 1 }],
      limits: { memory: 128 },
    });
    await create(`actions/${prefix}/s`, {
      exec: { kind: 'sequence', components: [`/_/${prefix}/a`] },
    });
    const { body } = await get(`actions/${prefix}/`);
    const [sequence, action] = body as Record<string, unknown>[];
    expect(Object.keys(action ?? {}).sort()).toEqual([
      'annotations',
      'exec',
      'limits',
      'name',
      'namespace',
      'publish',
      'updated',
      'version',
    ]);
    expect(action).toMatchObject({
      namespace: `guest/${prefix}`,
      exec: { binary: true },
      limits: { memory: 128 },
    });
    expect(action?.['annotations']).toContainEqual({ key: 'exec', value: 'wasm:0.1' });
    expect(sequence?.['annotations']).toContainEqual({ key: 'exec', value: 'sequence' });
  });

  it('of a namespace have the actions of all packages', async () => {
    await create(`packages/${prefix}`, {});
    await create(`actions/${prefix}/in`, { exec: add });
    await create(`actions/${prefix}out`, { exec: add });
    for (const path of ['actions?limit=2', 'actions/?limit=2']) {
      const { body } = await get(path);
      expect((body as { name: string }[]).map(({ name }) => name).sort()).toEqual(
        ['in', `${prefix}out`].sort(),
      );
    }
    expectRefusal(await get(`actions/${prefix}absent/`), 404, 'WW_ERR_API_NOT_FOUND');
    expectRefusal(await get(`actions/${prefix}out/`), 409, 'WW_ERR_API_COLLECTION');
  });
});

describe('actions in packages', () => {
  it('need their package, and show its parameters', async () => {
    expectRefusal(await put(`actions/${prefix}/a`, { exec: add }), 404, 'WW_ERR_API_NOT_FOUND');
    await create(`packages/${prefix}`, {
      parameters: [
        { key: 'x', value: 'package' },
        { key: 'y', value: 'package' },
      ],
    });
    const { body } = await create(`actions/${prefix}/a`, {
      exec: add,
      parameters: [{ key: 'x', value: 'action' }],
    });
    expect(body).toMatchObject({
      namespace: `guest/${prefix}`,
      name: 'a',
      parameters: [{ key: 'x', value: 'action' }],
    });
    expect((await get(`actions/${prefix}/a`)).body).toMatchObject({
      parameters: [
        { key: 'x', value: 'action' },
        { key: 'y', value: 'package' },
      ],
    });
  });

  it('can be seen through a binding, not changed', async () => {
    await create(`packages/${prefix}p`, {
      publish: true,
      parameters: [
        { key: 'x', value: 'provider' },
        { key: 'y', value: 'provider' },
      ],
    });
    await create(`actions/${prefix}p/a`, { exec: add });
    await create(
      `packages/${prefix}b`,
      {
        binding: { namespace: 'guest', name: `${prefix}p` },
        parameters: [{ key: 'y', value: 'binding' }],
      },
      otherKey,
    );
    const path = `actions/${prefix}b/a`;
    const parameters = [
      { key: 'x', value: 'provider' },
      { key: 'y', value: 'binding' },
    ];
    const withCode = await get(path, otherKey);
    expect(withCode.body).toMatchObject({ namespace: `guest/${prefix}p`, exec: add, parameters });
    expect(withCode.body).not.toHaveProperty('binding');
    expect((await get(`${path}?code=false`, otherKey)).body).toMatchObject({
      namespace: `guest/${prefix}p`,
      parameters,
      binding: `other/${prefix}b`,
    });
    expect((await get(`actions/${prefix}b/`, otherKey)).body).toMatchObject([
      { namespace: `guest/${prefix}p`, name: 'a' },
    ]);
    expectRefusal(await put(path, { exec: add }, otherKey), 400, 'WW_ERR_API_BINDING');
    expectRefusal(await call('DELETE', path, undefined, otherKey), 400, 'WW_ERR_API_BINDING');
    expectRefusal(await get(`actions/${prefix}b/gone`, otherKey), 404, 'WW_ERR_API_NOT_FOUND');
    // Published packages are open to read, private ones are not.
    expect((await get(`/guest/actions/${prefix}p/a`, otherKey)).status).toBe(200);
    await create(`packages/${prefix}p?overwrite=true`, { publish: false });
    expectRefusal(await get(path, otherKey), 403, 'WW_ERR_API_FORBIDDEN');
    expectRefusal(await get(`actions/${prefix}b/`, otherKey), 403, 'WW_ERR_API_FORBIDDEN');
  });
});

describe('sequences', () => {
  const sequence = (...components: string[]) => ({ exec: { kind: 'sequence', components } });

  it('have their components as parameters, whatever was sent', async () => {
    await create(`actions/${prefix}a`, { exec: add });
    await create(`packages/${prefix}p`, {});
    await create(`actions/${prefix}p/b`, { exec: add });
    const components = [`/guest/${prefix}a`, `/guest/${prefix}p/b`];
    const path = `actions/${prefix}s`;
    const { body, text } = await create(path, {
      ...sequence(`/_/${prefix}a`, `/_/${prefix}p/b`),
      parameters: [{ key: 'x', value: 1 }],
    });
    expect(body).toMatchObject({
      exec: { kind: 'sequence', components },
      parameters: [{ key: '_actions', value: components }],
    });
    expect(text).toContain('{"key":"exec","value":"sequence"}');
    expect(await get(path)).toMatchObject({ body: { exec: { kind: 'sequence', components } } });
    // Code that takes its place does not inherit them; annotations stay.
    const changed = await update(path, { exec: add, annotations: [{ key: 'a', value: 1 }] });
    expect(changed.body).toMatchObject({ parameters: [], exec: { kind: 'wasm:0.1' } });
    // And back.
    const back = await update(path, { ...sequence(`/_/${prefix}a`), delAnnotations: ['a'] });
    expect(back.body).toMatchObject({ parameters: [{ key: '_actions' }] });
    expect(back.text).not.toContain('{"key":"a","value":1}');
  });

  it('need components that exist and may be read', async () => {
    const path = `actions/${prefix}s`;
    const refused = async (status: number, code: string, ...components: string[]) => {
      expectRefusal(await put(path, sequence(...components)), status, `WW_ERR_API_${code}`);
    };
    await create(`packages/${prefix}p`, {});
    await create(`packages/${prefix}private`, {}, otherKey);
    await create(`triggers/${prefix}t`, {});
    await refused(400, 'SEQUENCE');
    await refused(400, 'SEQUENCE', `/_/${prefix}missing`);
    await refused(400, 'SEQUENCE', `/_/${prefix}p/missing`);
    await refused(400, 'SEQUENCE', `/_/${prefix}t`);
    await refused(404, 'NOT_FOUND', `/_/${prefix}missing/x`);
    await refused(403, 'FORBIDDEN', `/other/x`);
    await refused(403, 'FORBIDDEN', `/other/${prefix}private/x`);
    await refused(403, 'FORBIDDEN', `/other/${prefix}missing/x`);
    await refused(400, 'NAME', `${prefix}a`);
    await create(`packages/${prefix}public`, { publish: true }, otherKey);
    await create(`actions/${prefix}public/x`, { exec: add }, otherKey);
    await create(path, sequence(`/other/${prefix}public/x`));
  });

  it('do not lead back to themselves', async () => {
    await create(`actions/${prefix}a`, { exec: add });
    const self = await put(`actions/${prefix}s`, sequence(`/_/${prefix}s`));
    expectRefusal(self, 400, 'WW_ERR_API_SEQUENCE');
    await create(`actions/${prefix}one`, sequence(`/_/${prefix}a`));
    await create(`actions/${prefix}two`, sequence(`/_/${prefix}one`));
    expectRefusal(
      await update(`actions/${prefix}one`, sequence(`/_/${prefix}a`, `/_/${prefix}two`)),
      400,
      'WW_ERR_API_SEQUENCE',
    );
    // An action that others use cannot become one of them either.
    expectRefusal(
      await update(`actions/${prefix}a`, sequence(`/_/${prefix}two`)),
      400,
      'WW_ERR_API_SEQUENCE',
    );
    expect((await get(`actions/${prefix}a`)).body).toMatchObject({ exec: { kind: 'wasm:0.1' } });
  });

  it('have at most fifty actions, those of inner ones included', async () => {
    const name = `/_/${prefix}a`;
    await create(`actions/${prefix}a`, { exec: add });
    const fifty = Array.from({ length: 50 }, () => name);
    await create(`actions/${prefix}s50`, sequence(...fifty));
    expectRefusal(
      await put(`actions/${prefix}s51`, sequence(...fifty, name)),
      400,
      'WW_ERR_API_SEQUENCE',
    );
    expectRefusal(
      await put(`actions/${prefix}more`, sequence(`/_/${prefix}s50`, name)),
      400,
      'WW_ERR_API_SEQUENCE',
    );
    await create(`actions/${prefix}same`, sequence(`/_/${prefix}s50`));
  });
});
