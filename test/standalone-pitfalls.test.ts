import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guest as guestModule } from './support/guests.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';
import { callApi, guestKey, toBasic, type ApiClient } from './support/standalone-client.js';

/* Where others who built this API went wrong: each with the clients that notice. */

const echo = guestModule('echo');
const exec = { kind: 'wasm:0.1', code: echo.toString('base64') };

let standalone: TestStandalone;
let client: ApiClient;
beforeAll(async () => {
  standalone = await startTestStandalone();
  client = standalone.guest;
  for (const name of ['echo', 'apperr', 'trap', 'branchy'])
    expect((await client.putAction(name, guestModule(name))).status).toBe(200);
});
afterAll(async () => {
  await standalone.shutDown();
});

const annotationsOf = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
  const { annotations } = (await client.call('GET', path)).object() as {
    readonly annotations: readonly { readonly key: string; readonly value: unknown }[];
  };
  return Object.fromEntries(annotations.map(({ key, value }) => [key, value]));
};

describe('lists', () => {
  it('take a limit of 0 for as many as there may be, and refuse what is out of bounds', async () => {
    await Promise.all(
      Array.from({ length: 35 }, (_, index) =>
        client.call('PUT', `triggers/many${String(index)}`, {}),
      ),
    );
    const count = async (query: string) =>
      ((await client.call('GET', `triggers${query}`)).json() as readonly unknown[]).length;
    expect(await count('')).toBe(30);
    expect(await count('?limit=0')).toBe(35);
    expect(await count('?limit=0&skip=33')).toBe(2);
    expect(await count('/?limit=200')).toBe(35);
    expect((await client.call('GET', 'triggers?count=true&skip=5')).object()).toEqual({
      triggers: 30,
    });
    for (const query of ['limit=201', 'limit=-1', 'limit=x', 'skip=-1', 'skip=1.5', 'count=maybe'])
      expect((await client.call('GET', `triggers?${query}`)).status, query).toBe(400);
  });

  it('have their headers to the letter, and no others for pages', async () => {
    const { headers } = await client.call('GET', 'actions?');
    expect(headers['content-type']).toBe('application/json');
    expect(headers['link']).toBeUndefined();
    const asked = await callApi(standalone.url, {
      method: 'GET',
      path: '/api/v1/namespaces/_/actions',
      headers: { Authorization: toBasic(guestKey), 'X-Request-ID': 'mine' },
    });
    expect(asked.headers['x-request-id']).toBe('mine');
  });
});

describe('entities', () => {
  it('share their names: any way to the wrong collection is a conflict', async () => {
    await client.call('PUT', 'triggers/shared', {});
    for (const collection of ['actions', 'packages', 'rules'])
      for (const [method, body] of [
        ['GET', undefined],
        ['PUT', { exec, trigger: '/_/shared', action: '/_/echo' }],
        ['DELETE', undefined],
      ] as const) {
        const path = `${collection}/shared${method === 'PUT' ? '?overwrite=true' : ''}`;
        expect((await client.call(method, path, body)).status, `${method} ${path}`).toBe(409);
      }
    for (const path of ['actions/shared', 'rules/shared'])
      expect((await client.call('POST', path, { status: 'active' })).status).toBe(409);
    expect((await client.call('POST', 'triggers/echo', {})).status).toBe(409);
  });

  it('count their versions with every write, unless a body says otherwise', async () => {
    const version = async (body: object) =>
      (await client.call('PUT', 'actions/counted?overwrite=true', body)).object()['version'];
    expect(await version({ exec })).toBe('0.0.1');
    expect(await version({})).toBe('0.0.2');
    expect(await version({ version: '1.2.3' })).toBe('1.2.3');
    expect(await version({ version: null, exec: null })).toBe('1.2.4');
  });

  it('merge the annotations of actions, and replace those of others', async () => {
    const first = { annotations: [{ key: 'a', value: 1 }] };
    const second = { annotations: [{ key: 'b', value: 2 }] };
    await client.call('PUT', 'actions/noted', { exec, ...first });
    await client.call('PUT', 'actions/noted?overwrite=true', second);
    expect(await annotationsOf('actions/noted')).toEqual({
      a: 1,
      b: 2,
      exec: 'wasm:0.1',
      'provide-api-key': false,
    });
    const without = { delAnnotations: ['a', 'provide-api-key'] };
    await client.call('PUT', 'actions/noted?overwrite=true', without);
    expect(await annotationsOf('actions/noted')).toEqual({ b: 2, exec: 'wasm:0.1' });
    for (const path of ['packages/noted-package', 'triggers/noted-trigger']) {
      await client.call('PUT', path, first);
      await client.call('PUT', `${path}?overwrite=true`, second);
      expect(await annotationsOf(path)).toEqual({ b: 2 });
    }
  });

  it('take the last of equal keys, as a copy by wsk needs it', async () => {
    const parameters = [
      { key: 'k', value: 'typed' },
      { key: 'k', value: 'copied' },
    ];
    await client.call('PUT', 'actions/copy', { exec, parameters });
    expect((await client.invoke('copy')).object()).toEqual({ k: 'copied' });
  });

  it('show a binding in three forms', async () => {
    await client.call('PUT', 'packages/real', {});
    await client.call('PUT', 'packages/bound', { binding: { namespace: '_', name: 'real' } });
    const binding = { namespace: 'guest', name: 'real' };
    expect((await client.call('GET', 'packages/real')).object()['binding']).toEqual({});
    expect((await client.call('GET', 'packages/bound')).object()['binding']).toEqual(binding);
    const listed = (await client.call('GET', 'packages')).json();
    expect(listed).toContainEqual(expect.objectContaining({ name: 'real', binding: false }));
    expect(listed).toContainEqual(expect.objectContaining({ name: 'bound', binding }));
  });

  it('that are rules answer a change of status with nothing at all', async () => {
    await client.call('PUT', 'triggers/t', {});
    await client.call('PUT', 'rules/r', { trigger: '/_/t', action: '/_/echo' });
    const disabled = await client.call('POST', 'rules/r', { status: 'inactive', trigger: null });
    expect(disabled).toMatchObject({ status: 200, text: '' });
    const [listed] = (await client.call('GET', 'rules')).json() as readonly object[];
    expect(listed).not.toHaveProperty('status');
    const fired = await client.call('POST', 'triggers/t', {});
    expect(fired).toMatchObject({ status: 204, text: '' });
    expect((await client.call('POST', 'rules/r', { status: 'paused' })).status).toBe(400);
  });
});

describe('invocations', () => {
  it('that fail are no errors of the API: 502, and no code beside the record', async () => {
    for (const [name, status] of [
      ['apperr', 'application error'],
      ['trap', 'action developer error'],
    ] as const) {
      const answer = await client.invoke(name, {}, 'blocking=true');
      expect(answer.status).toBe(502);
      expect(answer.object()).toMatchObject({ response: { status, success: false } });
      expect(answer.object()).not.toHaveProperty('code');
      const bare = await client.invoke(name);
      expect(bare.status).toBe(502);
      expect(Object.keys(bare.object())).toEqual(['error']);
    }
  });

  it.each(['{"error":null}', '{"error":""}', '{"error":false}', '{"error":{"a":1},"b":2}'])(
    'that answer %s have failed, and only the error is left',
    async (text) => {
      const answer = await client.call('POST', 'actions/echo?blocking=true&result=true', text);
      expect(answer.status).toBe(502);
      const { error } = JSON.parse(text) as { readonly error: unknown };
      expect(answer.object()).toEqual({ error });
    },
  );

  it('are the last ones right after their answer', async () => {
    for (let index = 0; index < 20; index += 1) {
      const { activationId } = (await client.invoke('echo', {}, 'blocking=true')).object();
      const [last] = (await client.call('GET', 'activations?limit=1&skip=0')).json() as unknown[];
      expect(last).toMatchObject({ activationId, statusCode: 0 });
      expect(last).not.toHaveProperty('response');
    }
  });

  it('refuse arguments that are final, unless those have no value', async () => {
    const parameters = [
      { key: 'set', value: 1 },
      { key: 'unset', value: null },
    ];
    const final = (value: unknown) => [{ key: 'final', value }];
    await client.call('PUT', 'actions/final', { exec, parameters, annotations: final(true) });
    expect((await client.invoke('final', { set: 2 })).status).toBe(400);
    expect((await client.invoke('final', { unset: 2 })).object()).toEqual({ set: 1, unset: 2 });
    // Only the JSON value `true` counts.
    await client.call('PUT', 'actions/final?overwrite=true', { annotations: final('true') });
    expect((await client.invoke('final', { set: 2 })).object()).toEqual({ set: 2, unset: null });
  });

  it('are found by an id in lower case only', async () => {
    for (const id of [
      'A'.repeat(32),
      'a'.repeat(31),
      'g'.repeat(32),
      'a'.repeat(33),
      '-'.repeat(32),
    ])
      expect((await client.call('GET', `activations/${id}`)).status, id).toBe(400);
    expect((await client.call('GET', `activations/${'a'.repeat(32)}`)).status).toBe(404);
  });

  it('are found by times that include their own', async () => {
    const { activationId, start } = (await client.invoke('echo', {}, 'blocking=true')).object();
    const found = async (query: string) =>
      JSON.stringify((await client.call('GET', `activations?limit=0&${query}`)).json()).includes(
        String(activationId),
      );
    const at = Number(start);
    expect(await found(`since=${String(at)}&upto=${String(at)}`)).toBe(true);
    expect(await found(`since=${String(at + 1)}`)).toBe(false);
    expect(await found(`upto=${String(at - 1)}`)).toBe(false);
    for (const query of ['since=x', 'upto=1.5', 'count=true&docs=true', 'name=a/b/c'])
      expect((await client.call('GET', `activations?${query}`)).status, query).toBe(400);
  });

  it.each([
    ['0', 400],
    ['60001', 400],
    ['x', 400],
    ['1', 202],
    ['60000', 200],
  ])('wait at most as long as is asked for: timeout=%s', async (timeout, status) => {
    await client.putAction('slow', guestModule('sleep'));
    const answer = await client.invoke('slow', { ms: 200 }, `blocking=true&timeout=${timeout}`);
    expect(answer.status, answer.text).toBe(status);
  });

  it('of a sequence stop at the first error, which an argument named so is not', async () => {
    const components = ['/_/branchy', '/_/echo'];
    await client.call('PUT', 'actions/steps', { exec: { kind: 'sequence', components } });
    const stopped = await client.invoke('steps', { error: 'enough' }, 'blocking=true');
    expect(stopped.status).toBe(502);
    expect(stopped.object()['logs']).toHaveLength(1);
    await client.call('PUT', 'actions/echoes', {
      exec: { kind: 'sequence', components: ['/_/apperr', '/_/echo'] },
    });
    expect((await client.invoke('echoes', { error: 1 })).object()).toEqual({ error: 'sorry' });
    expect((await client.invoke('steps', { payload: { a: 1 } })).status).toBe(200);
  });
});
