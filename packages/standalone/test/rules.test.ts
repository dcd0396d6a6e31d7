import { describe, expect, it } from 'vitest';
import { openApi, type ApiFixture } from './api-fixture.js';

/** A trigger, an action, one in a package, and a rule between the first two. */
async function openWithRule(): Promise<ApiFixture> {
  const api = openApi();
  await api.call('PUT', '/triggers/tick', { body: {} });
  await api.deploy('add');
  await api.call('PUT', '/packages/math', { body: {} });
  await api.deploy('math/sum');
  const body = { name: 'r', status: '', trigger: '/_/tick', action: '/_/add' };
  const { status, text } = await api.call('PUT', '/rules/r?overwrite=false', { body });
  if (status !== 200) throw new Error(text);
  return api;
}

describe('a rule', () => {
  it('is active when it is new', async () => {
    const { call } = await openWithRule();
    expect((await call('GET', '/rules/r')).json).toEqual({
      namespace: 'guest',
      name: 'r',
      version: '0.0.1',
      publish: false,
      annotations: [],
      status: 'active',
      trigger: { path: 'guest', name: 'tick' },
      action: { path: 'guest', name: 'add' },
      updated: expect.any(Number) as number,
    });
  });

  it.each([
    ['names', { trigger: '/guest/tick', action: '/_/math/sum' }],
    [
      'objects',
      { trigger: { path: '_', name: 'tick' }, action: { path: 'guest/math', name: 'sum' } },
    ],
  ])('is made of %s', async (_what, body) => {
    const { call } = await openWithRule();
    const answer = await call('PUT', '/rules/s', { body });
    expect(answer.json).toMatchObject({
      trigger: { path: 'guest', name: 'tick' },
      action: { path: 'guest/math', name: 'sum' },
      status: 'active',
    });
  });

  it.each([
    ['no trigger', { action: '/_/add' }, 400],
    ['no action', { trigger: '/_/tick' }, 400],
    ['a trigger that is missing', { trigger: '/_/tock', action: '/_/add' }, 400],
    ['an action that is missing', { trigger: '/_/tick', action: '/_/sub' }, 400],
    ['an action that its package has not', { trigger: '/_/tick', action: '/_/math/sub' }, 400],
    ['a package that is missing', { trigger: '/_/tick', action: '/_/nothing/sum' }, 404],
    ['a trigger in a package', { trigger: '/_/math/tick', action: '/_/add' }, 400],
    ['a name alone', { trigger: 'tick', action: '/_/add' }, 400],
    ['a number', { trigger: 7, action: '/_/add' }, 400],
    ['half an object', { trigger: { name: 'tick' }, action: '/_/add' }, 400],
    ['an action for a trigger', { trigger: '/_/add', action: '/_/add' }, 409],
    ['a foreign trigger', { trigger: '/stranger/tick', action: '/_/add' }, 403],
    ['a foreign action', { trigger: '/_/tick', action: '/stranger/add' }, 403],
    ['a foreign package', { trigger: '/_/tick', action: '/stranger/math/add' }, 403],
  ])('of %s is refused', async (_what, body, status) => {
    const { call, storage } = await openWithRule();
    expect((await call('PUT', '/rules/s', { body })).status).toBe(status);
    expect(storage.entities.count({ type: 'rule', namespace: 'guest' })).toBe(1);
  });

  it('may invoke an action of a published package', async () => {
    const { call } = await openWithRule();
    await call('PUT', '/packages/math?overwrite=true', { body: { publish: true } });
    const user = 'stranger';
    await call('PUT', '/triggers/own', { user, body: {} });
    const body = { trigger: '/_/own', action: '/guest/math/sum' };
    expect((await call('PUT', '/rules/s', { user, body })).status).toBe(200);
  });

  it('is switched off and on, with an empty answer (trap 21)', async () => {
    const { call } = await openWithRule();
    for (const status of ['inactive', 'inactive', 'active', 'active'] as const) {
      // As wsk sends it.
      const body = { status, trigger: null, action: null };
      const answer = await call('POST', '/rules/r', { body });
      expect(answer.status).toBe(200);
      expect(answer.text).toBe('');
      expect(answer.headers['content-length']).toBe('0');
      expect((await call('GET', '/rules/r')).json).toHaveProperty('status', status);
      expect((await call('GET', '/triggers/tick')).json).toHaveProperty(
        ['rules', 'guest/r', 'status'],
        status,
      );
    }
  });

  it.each([{}, { status: 'ACTIVE' }, { status: '' }, { status: null }, { status: 1 }, []])(
    'knows no status of %j',
    async (body) => {
      const { call } = await openWithRule();
      expect((await call('POST', '/rules/r', { body })).status).toBe(400);
    },
  );

  it('that is missing cannot be switched', async () => {
    const { call } = await openWithRule();
    const body = { status: 'active' };
    expect((await call('POST', '/rules/missing', { body })).status).toBe(404);
  });

  it('keeps its status when it changes', async () => {
    const { call } = await openWithRule();
    await call('POST', '/rules/r', { body: { status: 'inactive' } });
    const answer = await call('PUT', '/rules/r?overwrite=true', {
      body: { action: '/_/math/sum' },
    });
    expect(answer.json).toMatchObject({
      version: '0.0.2',
      status: 'inactive',
      trigger: { path: 'guest', name: 'tick' },
      action: { path: 'guest/math', name: 'sum' },
    });
  });

  it('moves to another trigger', async () => {
    const { call } = await openWithRule();
    await call('PUT', '/triggers/tock', { body: {} });
    await call('PUT', '/rules/r?overwrite=true', { body: { trigger: '/_/tock' } });
    expect((await call('GET', '/triggers/tick')).json).not.toHaveProperty('rules');
    expect((await call('GET', '/triggers/tock')).json).toHaveProperty(['rules', 'guest/r']);
  });

  it('is inactive as long as its trigger is gone', async () => {
    const { call } = await openWithRule();
    await call('DELETE', '/triggers/tick');
    expect((await call('GET', '/rules/r')).json).toHaveProperty('status', 'inactive');
    const body = { status: 'active' };
    expect((await call('POST', '/rules/r', { body })).status).toBe(404);
    expect((await call('POST', '/rules/r', { body: { status: 'inactive' } })).status).toBe(200);
    expect((await call('PUT', '/rules/r?overwrite=true', { body: {} })).status).toBe(400);
    // A trigger of the same name does not know it before it is switched on.
    await call('PUT', '/triggers/tick', { body: {} });
    expect((await call('GET', '/rules/r')).json).toHaveProperty('status', 'inactive');
    expect((await call('GET', '/triggers/tick')).json).not.toHaveProperty('rules');
    expect((await call('POST', '/rules/r', { body })).status).toBe(200);
    expect((await call('GET', '/rules/r')).json).toHaveProperty('status', 'active');
    expect((await call('GET', '/triggers/tick')).json).toHaveProperty(['rules', 'guest/r']);
  });

  it('is linked again by a change, still inactive', async () => {
    const { call } = await openWithRule();
    await call('DELETE', '/triggers/tick');
    await call('PUT', '/triggers/tick', { body: {} });
    const answer = await call('PUT', '/rules/r?overwrite=true', { body: {} });
    expect(answer.json).toHaveProperty('status', 'inactive');
    expect((await call('GET', '/triggers/tick')).json).toHaveProperty(
      ['rules', 'guest/r', 'status'],
      'inactive',
    );
  });

  it('may be deleted while it is active', async () => {
    const { call } = await openWithRule();
    const answer = await call('DELETE', '/rules/r');
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ name: 'r', status: 'inactive' });
    expect((await call('GET', '/rules/r')).status).toBe(404);
  });

  it('is listed without its status (trap 20)', async () => {
    const { call } = await openWithRule();
    const { json } = await call('GET', '/rules?limit=30&skip=0');
    expect(json).toMatchObject([{ name: 'r', trigger: { name: 'tick' }, action: { name: 'add' } }]);
    expect((json as object[])[0]).not.toHaveProperty('status');
    expect((await call('GET', '/rules?count=true')).json).toEqual({ rules: 1 });
  });

  it('is not written over unasked, nor by the wrong collection', async () => {
    const { call } = await openWithRule();
    const body = { trigger: '/_/tick', action: '/_/add' };
    expect((await call('PUT', '/rules/r', { body })).status).toBe(409);
    expect((await call('PUT', '/rules/add?overwrite=true', { body })).status).toBe(409);
    expect((await call('POST', '/rules/add', { body: { status: 'active' } })).status).toBe(409);
  });

  it("is nobody else's business", async () => {
    const { call } = await openWithRule();
    const user = 'stranger';
    const url = '/api/v1/namespaces/guest/rules';
    for (const path of [url, `${url}/r`])
      expect((await call('GET', path, { user })).status).toBe(403);
    const body = { status: 'inactive' };
    expect((await call('POST', `${url}/r`, { user, body })).status).toBe(403);
    expect((await call('DELETE', `${url}/r`, { user })).status).toBe(403);
    expect((await call('GET', '/rules/r')).json).toHaveProperty('status', 'active');
  });
});
