import { beforeEach, describe, expect, it } from 'vitest';
import { add, expectRefusal, openActions, type ActionClient } from './action-client.js';

let api: ActionClient;

beforeEach(() => {
  api = openActions();
});

describe('GET and DELETE of an action', () => {
  it('shows the code unless it is told not to', async () => {
    const path = 'actions/x';
    await api.create(path, { exec: { ...add, main: 'add' } });
    expect((await api.get(path)).json).toMatchObject({
      exec: { ...add, binary: true, main: 'add' },
    });
    const { json: body } = await api.get(`${path}?code=false`);
    expect((body as { exec: unknown }).exec).toEqual({
      kind: 'wasm:0.1',
      binary: true,
      main: 'add',
    });
    expectRefusal(await api.get(`${path}?code=x`), 400, 'WW_ERR_API_QUERY');
  });

  it('answers what it deleted, and does not find it again', async () => {
    const path = 'actions/x';
    await api.create(path, { exec: add });
    expect(await api.remove(path)).toMatchObject({
      status: 200,
      json: { name: 'x', version: '0.0.1', exec: { binary: true } },
    });
    expectRefusal(await api.remove(path), 404, 'WW_ERR_API_NOT_FOUND');
    expectRefusal(await api.get(path), 404, 'WW_ERR_API_NOT_FOUND');
    // The next of that name begins anew.
    expect((await api.create(path, { exec: add })).json).toMatchObject({ version: '0.0.1' });
  });

  it('keeps code that two actions have until the last goes', async () => {
    await api.create('actions/a', { exec: add });
    await api.create('actions/b', { exec: add });
    await api.remove('actions/a');
    expect((await api.get('actions/b')).json).toMatchObject({ exec: add });
  });
});

describe('lists of actions', () => {
  it('have the latest first, pages, and counts', async () => {
    await api.create('packages/x', {});
    await api.create('actions/outside', { exec: add });
    for (const name of ['a', 'b', 'c']) await api.create(`actions/x/${name}`, { exec: add });
    api.tick();
    await api.update('actions/x/a', { parameters: [{ key: 'secret', value: 1 }] });
    const names = async (query: string): Promise<string[]> => {
      const { json: body } = await api.get(`actions/x/${query}`);
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
      expect((await api.get(`actions/x/${query}`)).json).toEqual({ actions: counted });
    for (const query of ['limit=201', 'limit=-1', 'limit=x', 'limit=1.5', 'skip=-1', 'count=x'])
      expectRefusal(await api.get(`actions?${query}`), 400, 'WW_ERR_API_QUERY');
  });

  it('show no parameters, but the kind in an annotation', async () => {
    await api.create('packages/x', {});
    await api.create('actions/x/a', {
      exec: add,
      parameters: [{ key: 'secret', value: 1 }],
      limits: { memory: 128 },
    });
    api.tick();
    await api.create('actions/x/s', {
      exec: { kind: 'sequence', components: ['/_/x/a'] },
    });
    const { json: body } = await api.get('actions/x/');
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
      namespace: 'guest/x',
      exec: { binary: true },
      limits: { memory: 128 },
    });
    expect(action?.['annotations']).toContainEqual({ key: 'exec', value: 'wasm:0.1' });
    expect(sequence?.['annotations']).toContainEqual({ key: 'exec', value: 'sequence' });
  });

  it('of a namespace have the actions of all packages', async () => {
    await api.create('packages/x', {});
    await api.create('actions/x/in', { exec: add });
    await api.create('actions/out', { exec: add });
    for (const path of ['actions?limit=2', 'actions/?limit=2']) {
      const { json: body } = await api.get(path);
      expect((body as { name: string }[]).map(({ name }) => name).sort()).toEqual(
        ['in', 'out'].sort(),
      );
    }
    expectRefusal(await api.get('actions/absent/'), 404, 'WW_ERR_API_NOT_FOUND');
    expectRefusal(await api.get('actions/out/'), 409, 'WW_ERR_API_COLLECTION');
  });
});

describe('actions in packages', () => {
  it('need their package, and show its parameters', async () => {
    expectRefusal(await api.put('actions/x/a', { exec: add }), 404, 'WW_ERR_API_NOT_FOUND');
    await api.create('packages/x', {
      parameters: [
        { key: 'x', value: 'package' },
        { key: 'y', value: 'package' },
      ],
    });
    const { json: body } = await api.create('actions/x/a', {
      exec: add,
      parameters: [{ key: 'x', value: 'action' }],
    });
    expect(body).toMatchObject({
      namespace: 'guest/x',
      name: 'a',
      parameters: [{ key: 'x', value: 'action' }],
    });
    expect((await api.get('actions/x/a')).json).toMatchObject({
      parameters: [
        { key: 'x', value: 'action' },
        { key: 'y', value: 'package' },
      ],
    });
  });

  it('can be seen through a binding, not changed', async () => {
    await api.create('packages/p', {
      publish: true,
      parameters: [
        { key: 'x', value: 'provider' },
        { key: 'y', value: 'provider' },
      ],
    });
    await api.create('actions/p/a', { exec: add });
    await api.create(
      'packages/b',
      {
        binding: { namespace: 'guest', name: 'p' },
        parameters: [{ key: 'y', value: 'binding' }],
      },
      'stranger',
    );
    const path = 'actions/b/a';
    const parameters = [
      { key: 'x', value: 'provider' },
      { key: 'y', value: 'binding' },
    ];
    const withCode = await api.get(path, 'stranger');
    expect(withCode.json).toMatchObject({ namespace: 'guest/p', exec: add, parameters });
    expect(withCode.json).not.toHaveProperty('binding');
    expect((await api.get(`${path}?code=false`, 'stranger')).json).toMatchObject({
      namespace: 'guest/p',
      parameters,
      binding: 'stranger/b',
    });
    expect((await api.get('actions/b/', 'stranger')).json).toMatchObject([
      { namespace: 'guest/p', name: 'a' },
    ]);
    expectRefusal(await api.put(path, { exec: add }, 'stranger'), 400, 'WW_ERR_API_BINDING');
    expectRefusal(await api.remove(path, 'stranger'), 400, 'WW_ERR_API_BINDING');
    expectRefusal(await api.get('actions/b/gone', 'stranger'), 404, 'WW_ERR_API_NOT_FOUND');
    // Published packages are open to read, private ones are not.
    expect((await api.get('/api/v1/namespaces/guest/actions/p/a', 'stranger')).status).toBe(200);
    await api.create('packages/p?overwrite=true', { publish: false });
    expectRefusal(await api.get(path, 'stranger'), 403, 'WW_ERR_API_FORBIDDEN');
    expectRefusal(await api.get('actions/b/', 'stranger'), 403, 'WW_ERR_API_FORBIDDEN');
  });
});
