import { describe, expect, it } from 'vitest';
import { openApi } from './api-fixture.js';

describe('a trigger', () => {
  it('is created, shown, changed and deleted', async () => {
    const { call } = openApi();
    const created = await call('PUT', '/triggers/tick?overwrite=false', { body: { name: 'tick' } });
    expect(created.status).toBe(200);
    const document = {
      namespace: 'guest',
      name: 'tick',
      version: '0.0.1',
      publish: false,
      annotations: [],
      parameters: [],
      limits: {},
      updated: expect.any(Number) as number,
    };
    expect(created.json).toEqual(document);
    expect((await call('GET', '/triggers/tick')).json).toEqual(document);
    const updated = await call('PUT', '/triggers/tick?overwrite=true', {
      body: { parameters: [{ key: 'a', value: 1 }], limits: {} },
    });
    expect(updated.json).toMatchObject({ version: '0.0.2', parameters: [{ key: 'a', value: 1 }] });
    const deleted = await call('DELETE', '/triggers/tick');
    expect(deleted.json).toMatchObject({ name: 'tick', version: '0.0.2' });
    // wsk trigger update depends on a true 404 (trap 11).
    expect((await call('GET', '/triggers/tick')).status).toBe(404);
  });

  it('is not written over unasked', async () => {
    const { call } = openApi();
    await call('PUT', '/triggers/tick', { body: {} });
    expect((await call('PUT', '/triggers/tick', { body: {} })).status).toBe(409);
  });

  it('replaces annotations wholesale, and keeps what a change does not speak of (trap 13)', async () => {
    const { call } = openApi();
    const parameters = [{ key: 'p', value: 1 }];
    await call('PUT', '/triggers/tick', {
      body: { annotations: [{ key: 'a', value: 1 }], parameters },
    });
    const answer = await call('PUT', '/triggers/tick?overwrite=true', {
      body: { annotations: [{ key: 'b', value: 2 }] },
    });
    expect(answer.json).toMatchObject({ annotations: [{ key: 'b', value: 2 }], parameters });
  });

  it.each(['/whisk.system/alarms/alarm', '/_/mine', 'guest/mine'])(
    'may name the feed %s',
    async (value) => {
      const answer = await openApi().call('PUT', '/triggers/tick', {
        body: { annotations: [{ key: 'feed', value }] },
      });
      expect(answer.status).toBe(200);
    },
  );

  it.each(['', '/', '/a//b', '/a b /c', 7, null, {}])('may not name the feed %j', async (value) => {
    const answer = await openApi().call('PUT', '/triggers/tick', {
      body: { annotations: [{ key: 'feed', value }] },
    });
    expect(answer.status).toBe(400);
  });

  it('is listed without parameters', async () => {
    const { call } = openApi();
    await call('PUT', '/triggers/tick', { body: { parameters: [{ key: 'a', value: 1 }] } });
    const list = await call('GET', '/triggers?limit=0&skip=0');
    expect(list.json).toEqual([
      {
        namespace: 'guest',
        name: 'tick',
        version: '0.0.1',
        publish: false,
        annotations: [],
        updated: expect.any(Number) as number,
      },
    ]);
    expect((await call('GET', '/triggers?count=true')).json).toEqual({ triggers: 1 });
  });

  it('shows its rules and keeps them when it changes', async () => {
    const { call, deploy } = openApi();
    await deploy('add');
    await call('PUT', '/triggers/tick', { body: {} });
    await call('PUT', '/rules/onTick', { body: { trigger: '/_/tick', action: '/_/add' } });
    const rules = {
      'guest/onTick': { action: { path: 'guest', name: 'add' }, status: 'active' },
    };
    expect((await call('GET', '/triggers/tick')).json).toHaveProperty('rules', rules);
    const updated = await call('PUT', '/triggers/tick?overwrite=true', { body: {} });
    expect(updated.json).toHaveProperty('rules', rules);
    await call('DELETE', '/rules/onTick');
    expect((await call('GET', '/triggers/tick')).json).not.toHaveProperty('rules');
  });

  it("is nobody else's business", async () => {
    const { call } = openApi();
    await call('PUT', '/triggers/tick', { body: { publish: true } });
    const user = 'stranger';
    const url = '/api/v1/namespaces/guest/triggers';
    for (const path of [url, `${url}/tick`, `${url}/missing`])
      expect((await call('GET', path, { user })).status).toBe(403);
    expect((await call('PUT', `${url}/tock`, { user, body: {} })).status).toBe(403);
    expect((await call('DELETE', `${url}/tick`, { user })).status).toBe(403);
  });

  it('shares its name with entities of all types (trap 10)', async () => {
    const { call, deploy } = openApi();
    await deploy('x');
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      const answer = await call(method, '/triggers/x', method === 'PUT' ? { body: {} } : {});
      expect(answer.status).toBe(409);
    }
  });
});
