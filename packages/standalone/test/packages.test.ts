import { describe, expect, it } from 'vitest';
import { openApi } from './api-fixture.js';

describe('a package', () => {
  it('is created, shown, changed and deleted', async () => {
    const { call, tick } = openApi();
    const created = await call('PUT', '/packages/math?overwrite=false', {
      body: {
        namespace: '_',
        name: 'math',
        parameters: [{ key: 'precision', value: 4 }],
        annotations: [{ key: 'description', value: 'numbers' }],
        publish: true,
      },
    });
    expect(created.status).toBe(200);
    expect(created.headers['content-type']).toBe('application/json');
    expect(created.json).toEqual({
      namespace: 'guest',
      name: 'math',
      version: '0.0.1',
      publish: true,
      annotations: [{ key: 'description', value: 'numbers' }],
      parameters: [{ key: 'precision', value: 4 }],
      binding: {},
      updated: expect.any(Number) as number,
    });
    tick();
    const updated = await call('PUT', '/packages/math?overwrite=true', {
      body: { publish: false },
    });
    // What the body does not speak of stays.
    expect(updated.json).toMatchObject({
      version: '0.0.2',
      publish: false,
      parameters: [{ key: 'precision', value: 4 }],
      annotations: [{ key: 'description', value: 'numbers' }],
    });
    expect((await call('GET', '/packages/math')).json).toMatchObject({
      version: '0.0.2',
      binding: {},
      actions: [],
      feeds: [],
    });
    const deleted = await call('DELETE', '/packages/math');
    expect(deleted.status).toBe(200);
    expect(deleted.json).toMatchObject({ name: 'math', version: '0.0.2' });
    expect((await call('GET', '/packages/math')).status).toBe(404);
    expect((await call('DELETE', '/packages/math')).status).toBe(404);
  });

  it('is not written over unasked', async () => {
    const { call } = openApi();
    await call('PUT', '/packages/math', { body: {} });
    const answer = await call('PUT', '/packages/math', { body: {} });
    expect(answer.status).toBe(409);
    expect(answer.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_EXISTS');
  });

  it('counts every overwriting PUT, unless the body names a version (trap 12)', async () => {
    const { call } = openApi();
    await call('PUT', '/packages/math', { body: {} });
    const second = await call('PUT', '/packages/math?overwrite=true', { body: {} });
    expect(second.json).toHaveProperty('version', '0.0.2');
    const named = await call('PUT', '/packages/math?overwrite=true', {
      body: { version: '0.0.1' },
    });
    expect(named.json).toHaveProperty('version', '0.0.1');
  });

  it('replaces annotations and parameters wholesale (trap 13)', async () => {
    const { call } = openApi();
    const entries = [
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
    ];
    await call('PUT', '/packages/math', { body: { annotations: entries, parameters: entries } });
    const other = [{ key: 'c', value: 3 }];
    const answer = await call('PUT', '/packages/math?overwrite=true', {
      body: { annotations: other, parameters: other },
    });
    expect(answer.json).toMatchObject({ annotations: other, parameters: other });
  });

  it('takes the last of duplicate keys (trap 14)', async () => {
    const { call } = openApi();
    const answer = await call('PUT', '/packages/math', {
      body: {
        parameters: [
          { key: 'a', value: 1 },
          { key: 'a', value: null },
        ],
      },
    });
    expect(answer.json).toMatchObject({ parameters: [{ key: 'a', value: null }] });
  });

  it('ignores what clients send and nobody reads (trap 22)', async () => {
    const { call } = openApi();
    const answer = await call('PUT', '/packages/math', {
      body: {
        namespace: '_',
        name: 'x/y',
        updated: 1,
        status: '',
        binding: null,
        publish: null,
        env: {},
      },
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ name: 'math', namespace: 'guest', publish: false });
    expect((answer.json as { readonly updated: number }).updated).toBeGreaterThan(1);
  });

  it('keeps numbers that JavaScript would round (trap 26)', async () => {
    const { call } = openApi();
    const body =
      '{"parameters":[{"key":"n","value":9007199254740993}],"annotations":[{"key":"x","value":[1.10,-0]}]}';
    const written = await call('PUT', '/packages/math', { body });
    const read = await call('GET', '/packages/math');
    for (const { text } of [written, read]) {
      expect(text).toContain('"value":9007199254740993');
      expect(text).toContain('"value":[1.10,-0]');
    }
  });

  it.each([
    ['no object', '[]', 400],
    ['no JSON', '{"parameters":', 400],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    [
      'too deep',
      `{"annotations":[{"key":"a","value":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`,
      400,
    ],
    ['parameters that are no list', '{"parameters":{"a":1}}', 400],
    ['a parameter without value', '{"parameters":[{"key":"a"}]}', 400],
    ['a parameter whose key is no text', '{"parameters":[{"key":1,"value":1}]}', 400],
    ['publish that is no boolean', '{"publish":"yes"}', 400],
    ['a version that is none', '{"version":"one"}', 400],
    [
      'parameters that are too long',
      `{"parameters":[{"key":"a","value":"${'x'.repeat(1_048_576)}"}]}`,
      413,
    ],
    [
      'annotations that are too long',
      `{"annotations":[{"key":"a","value":"${'x'.repeat(1_048_576)}"}]}`,
      413,
    ],
  ])('is refused of %s', async (_what, body, status) => {
    const { call, storage } = openApi();
    const answer = await call('PUT', '/packages/math', { body });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ error: expect.any(String) as string });
    expect(storage.entities.count({ type: 'package', namespace: 'guest' })).toBe(0);
  });

  it('harms nobody with members that objects inherit', async () => {
    const { call } = openApi();
    const body =
      '{"__proto__":{"publish":true},"constructor":1,"parameters":[{"key":"__proto__","value":1}]}';
    const answer = await call('PUT', '/packages/math', { body });
    expect(answer.json).toMatchObject({ publish: false });
    expect(answer.text).toContain('{"key":"__proto__","value":1}');
    expect(({} as Record<string, unknown>)['publish']).toBeUndefined();
  });

  it('may not be called default', async () => {
    const answer = await openApi().call('PUT', '/packages/default', { body: {} });
    expect(answer.status).toBe(400);
    expect(answer.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_RESERVED');
  });

  it.each(['my package', 'a&b', 'a@b.c', 'x'.repeat(256)])('may be called %j', async (name) => {
    const { call } = openApi();
    const url = `/packages/${encodeURIComponent(name)}`;
    expect((await call('PUT', url, { body: {} })).json).toHaveProperty('name', name);
    expect((await call('GET', url)).json).toHaveProperty('name', name);
  });

  it('shares its name with entities of all types (trap 10)', async () => {
    const { call } = openApi();
    await call('PUT', '/triggers/x', { body: {} });
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const answer = await call(method, '/packages/x', method === 'PUT' ? { body: {} } : {});
      expect(answer.status).toBe(409);
      expect(answer.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_COLLECTION');
    }
  });

  it('lists its actions, and feeds apart', async () => {
    const { call, deploy } = openApi();
    await call('PUT', '/packages/math', { body: {} });
    await deploy('math/add', [{ key: 'description', value: 'adds' }]);
    await deploy('math/events', [{ key: 'feed', value: true }]);
    const { json } = await call('GET', '/packages/math');
    expect(json).toMatchObject({
      actions: [{ name: 'add', version: '0.0.1' }],
      feeds: [{ name: 'events', version: '0.0.1' }],
    });
    const { annotations } = (json as { actions: { annotations: unknown[] }[] }).actions[0] ?? {};
    expect(annotations).toContainEqual({ key: 'description', value: 'adds' });
    expect(annotations).toContainEqual({ key: 'exec', value: 'wasm:0.1' });
  });

  it('is only deleted with its actions when that is asked for', async () => {
    const { call, deploy } = openApi();
    await call('PUT', '/packages/math', { body: {} });
    await deploy('math/add');
    const refused = await call('DELETE', '/packages/math');
    expect(refused.status).toBe(409);
    expect(refused.json).toMatchObject({
      error: expect.stringContaining('contains 1 entit') as string,
    });
    expect((await call('DELETE', '/packages/math?force=maybe')).status).toBe(400);
    expect((await call('DELETE', '/packages/math?force=true')).status).toBe(200);
    expect((await call('GET', '/actions')).json).toEqual([]);
  });
});

describe('the list of packages', () => {
  it('has the latest change first, and no parameters', async () => {
    const { call, tick } = openApi();
    for (const name of ['a', 'b', 'c']) {
      await call('PUT', `/packages/${name}`, { body: { parameters: [{ key: 'p', value: 1 }] } });
      tick();
    }
    await call('PUT', '/packages/a?overwrite=true', { body: {} });
    const { json } = await call('GET', '/packages?limit=2&skip=0');
    expect(json).toMatchObject([
      { name: 'a', binding: false, publish: false, annotations: [] },
      { name: 'c', binding: false },
    ]);
    expect((json as object[])[0]).not.toHaveProperty('parameters');
    expect((await call('GET', '/packages?skip=2')).json).toMatchObject([{ name: 'b' }]);
  });

  it('is counted without limit, but behind skip', async () => {
    const { call } = openApi();
    for (const name of ['a', 'b', 'c']) await call('PUT', `/packages/${name}`, { body: {} });
    expect((await call('GET', '/packages?count=true&limit=1&skip=1')).json).toEqual({
      packages: 2,
    });
    expect((await call('GET', '/packages?count=true&skip=9')).json).toEqual({ packages: 0 });
  });

  it.each([
    'limit=201',
    'limit=-1',
    'limit=x',
    'skip=-1',
    'skip=1.5',
    'count=perhaps',
    'limit=1&limit=2',
  ])('refuses %s', async (query) => {
    const answer = await openApi().call('GET', `/packages?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.headers['x-wasmwhisk-error']).toBe('WW_ERR_API_QUERY');
  });

  it('shows strangers what is published and no binding', async () => {
    const { call } = openApi();
    await call('PUT', '/packages/private', { body: {} });
    await call('PUT', '/packages/public', { body: { publish: true } });
    const binding = { namespace: '_', name: 'public' };
    await call('PUT', '/packages/bound', { body: { binding, publish: true } });
    const url = '/api/v1/namespaces/guest/packages';
    expect((await call('GET', url, { user: 'stranger' })).json).toMatchObject([{ name: 'public' }]);
    expect((await call('GET', `${url}?count=true`, { user: 'stranger' })).json).toEqual({
      packages: 1,
    });
    expect((await call('GET', url)).json).toHaveLength(3);
    expect((await call('GET', '/api/v1/namespaces/nobody/packages')).json).toEqual([]);
  });
});

describe('somebody else', () => {
  const url = '/api/v1/namespaces/guest/packages';
  const user = 'stranger';

  it('reads a published package, and learns of no other', async () => {
    const { call } = openApi();
    await call('PUT', '/packages/public', { body: { publish: true } });
    await call('PUT', '/packages/private', { body: {} });
    expect((await call('GET', `${url}/public`, { user })).status).toBe(200);
    const hidden = await call('GET', `${url}/private`, { user });
    const missing = await call('GET', `${url}/missing`, { user });
    expect([hidden.status, missing.status]).toEqual([403, 403]);
    expect(hidden.headers['x-wasmwhisk-error']).toBe(missing.headers['x-wasmwhisk-error']);
  });

  it('writes and deletes nothing', async () => {
    const { call } = openApi();
    await call('PUT', '/packages/public', { body: { publish: true } });
    expect((await call('PUT', `${url}/public?overwrite=true`, { user, body: {} })).status).toBe(
      403,
    );
    expect((await call('PUT', `${url}/other`, { user, body: {} })).status).toBe(403);
    expect((await call('DELETE', `${url}/public`, { user })).status).toBe(403);
  });
});

describe('a binding', () => {
  const bound = { binding: { namespace: '_', name: 'math' } };

  it('shows the package behind it, with its own parameters over it', async () => {
    const { call, deploy } = openApi();
    const parameters = [
      { key: 'a', value: 1 },
      { key: 'b', value: 2 },
    ];
    await call('PUT', '/packages/math', { body: { parameters } });
    await deploy('math/add');
    const created = await call('PUT', '/packages/mine', {
      body: { ...bound, parameters: [{ key: 'b', value: 3 }] },
    });
    expect(created.json).toMatchObject({
      binding: { namespace: 'guest', name: 'math' },
      annotations: [{ key: 'binding', value: { namespace: 'guest', name: 'math' } }],
    });
    const { json } = await call('GET', '/packages/mine');
    expect(json).toMatchObject({
      namespace: 'guest',
      name: 'mine',
      binding: { namespace: 'guest', name: 'math' },
      actions: [{ name: 'add' }],
    });
    expect((json as { parameters: unknown }).parameters).toEqual([
      { key: 'a', value: 1 },
      { key: 'b', value: 3 },
    ]);
  });

  it('looks different in each view (trap 19)', async () => {
    const { call } = openApi();
    await call('PUT', '/packages/math', { body: { binding: {} } });
    await call('PUT', '/packages/mine', { body: bound });
    expect((await call('GET', '/packages/math')).json).toHaveProperty('binding', {});
    const list = (await call('GET', '/packages')).json as { name: string; binding: unknown }[];
    expect(list.find(({ name }) => name === 'math')).toHaveProperty('binding', false);
    expect(list.find(({ name }) => name === 'mine')).toHaveProperty('binding', {
      namespace: 'guest',
      name: 'math',
    });
  });

  it.each([
    ['a package that does not exist', { namespace: '_', name: 'nothing' }, 400],
    ['a binding', { namespace: '_', name: 'mine' }, 400],
    ['itself', { namespace: '_', name: 'new' }, 422],
    ['what is no package', { namespace: '_', name: 'tick' }, 409],
    ['a foreign package that is not published', { namespace: 'stranger', name: 'private' }, 403],
    ['a foreign package that does not exist', { namespace: 'stranger', name: 'nothing' }, 403],
    ['half a name', { name: 'math' }, 400],
    ['a name that is none', { namespace: '_', name: 'a/b' }, 400],
    ['what is no object', 'math', 400],
  ])('of %s is refused', async (_what, binding, status) => {
    const { call } = openApi();
    await call('PUT', '/packages/math', { body: {} });
    await call('PUT', '/packages/mine', { body: bound });
    await call('PUT', '/packages/private', { user: 'stranger', body: {} });
    await call('PUT', '/triggers/tick', { body: {} });
    expect((await call('PUT', '/packages/new', { body: { binding } })).status).toBe(status);
  });

  it('is never made of a package that exists', async () => {
    const { call } = openApi();
    await call('PUT', '/packages/math', { body: {} });
    await call('PUT', '/packages/other', { body: {} });
    expect((await call('PUT', '/packages/other?overwrite=true', { body: bound })).status).toBe(409);
  });

  it('keeps its package when a change does not speak of it', async () => {
    const { call } = openApi();
    await call('PUT', '/packages/math', { body: {} });
    await call('PUT', '/packages/mine', { body: bound });
    const answer = await call('PUT', '/packages/mine?overwrite=true', {
      body: {
        binding: {},
        annotations: [
          { key: 'binding', value: 'forged' },
          { key: 'a', value: 1 },
        ],
      },
    });
    expect(answer.json).toMatchObject({ binding: { namespace: 'guest', name: 'math' } });
    expect((answer.json as { annotations: unknown[] }).annotations).toEqual([
      { key: 'a', value: 1 },
      { key: 'binding', value: { namespace: 'guest', name: 'math' } },
    ]);
  });

  it("of a published package may be anybody's, as long as it stays published", async () => {
    const { call, deploy } = openApi();
    await call('PUT', '/packages/math', { body: { publish: true } });
    await deploy('math/add');
    const user = 'stranger';
    const binding = { namespace: 'guest', name: 'math' };
    expect((await call('PUT', '/packages/mine', { user, body: { binding } })).status).toBe(200);
    expect((await call('GET', '/packages/mine', { user })).json).toMatchObject({
      namespace: 'stranger',
      actions: [{ name: 'add' }],
    });
    expect((await call('GET', '/actions/mine/add', { user })).status).toBe(200);
    await call('PUT', '/packages/math?overwrite=true', { body: { publish: false } });
    expect((await call('GET', '/packages/mine', { user })).status).toBe(403);
    expect((await call('GET', '/actions/mine/add', { user })).status).toBe(403);
    expect((await call('DELETE', '/packages/mine', { user })).status).toBe(200);
  });

  it('can be deleted whatever lies behind it, and its actions stay', async () => {
    const { call, deploy } = openApi();
    await call('PUT', '/packages/math', { body: {} });
    await deploy('math/add');
    await call('PUT', '/packages/mine', { body: bound });
    expect((await call('DELETE', '/packages/mine')).status).toBe(200);
    expect((await call('GET', '/actions/math/add')).status).toBe(200);
  });
});
