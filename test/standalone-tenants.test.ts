import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guest as guestModule } from './support/guests.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';
import { callApi, systemKey, type ApiClient } from './support/standalone-client.js';

/* Two users of one server: neither sees nor harms what is the other's. */

const echo = guestModule('echo');
const strangerKey = `${'1'.repeat(8)}-0000-4000-8000-${'2'.repeat(12)}:${'k'.repeat(64)}`;
const root = '/api/v1/namespaces';

describe('two users', () => {
  let standalone: TestStandalone;
  let guest: ApiClient;
  let stranger: ApiClient;
  let activationId = '';

  beforeAll(async () => {
    standalone = await startTestStandalone();
    standalone.standalone.services.users.create({ subject: 'stranger', authKey: strangerKey });
    guest = standalone.guest;
    stranger = standalone.as(strangerKey);
    await guest.putAction('mine', echo, { parameters: [{ key: 'secret', value: 's3cret' }] });
    for (const [name, publish] of [
      ['hidden', false],
      ['open', true],
    ] as const) {
      await guest.call('PUT', `packages/${name}`, {
        publish,
        parameters: [{ key: 'from', value: name }],
      });
      await guest.putAction(`${name}/echo`, echo);
    }
    await guest.call('PUT', 'triggers/tick', {});
    await guest.call('PUT', 'rules/onTick', { trigger: '/_/tick', action: '/_/mine' });
    const invoked = await guest.invoke('mine', {}, 'blocking=true');
    activationId = String(invoked.object()['activationId']);
  });
  afterAll(async () => {
    await standalone.shutDown();
  });

  const entities = [
    'actions/mine',
    'actions/none',
    'actions/hidden/echo',
    'actions/none/echo',
    'packages/hidden',
    'packages/none',
    'triggers/tick',
    'triggers/none',
    'rules/onTick',
    'rules/none',
  ];
  const body = {
    exec: { kind: 'wasm:0.1', code: echo.toString('base64') },
    trigger: '/guest/tick',
    action: '/guest/mine',
  };

  it.each(entities.flatMap((path) => ['GET', 'PUT', 'DELETE'].map((method) => [method, path])))(
    'are refused %s of a foreign %s, whether it exists or not',
    async (method, path) => {
      const sent = method === 'PUT' ? body : undefined;
      for (const query of ['', '?overwrite=true']) {
        const answer = await stranger.call(method, `${root}/guest/${path}${query}`, sent);
        expect(answer.status, answer.text).toBe(403);
        expect(answer.text).not.toContain('s3cret');
      }
    },
  );

  it.each([
    ['POST', 'actions/mine?blocking=true&result=true'],
    ['POST', 'actions/hidden/echo?blocking=true&result=true'],
    ['POST', 'triggers/tick'],
    ['POST', 'rules/onTick'],
    ['GET', 'actions'],
    ['GET', 'actions?count=true'],
    ['GET', 'actions/hidden/'],
    ['GET', 'triggers'],
    ['GET', 'rules'],
    ['GET', 'activations'],
    ['GET', 'activations?docs=true'],
    ['GET', 'activations?count=true'],
    ['GET', 'limits'],
  ])('are refused %s %s of a foreign namespace', async (method, path) => {
    const answer = await stranger.call(
      method,
      `${root}/guest/${path}`,
      method === 'POST' ? { status: 'inactive' } : undefined,
    );
    expect(answer.status, answer.text).toBe(403);
  });

  it.each(['', '/logs', '/result'])('cannot read a foreign activation%s', async (part) => {
    const foreign = await stranger.call('GET', `${root}/guest/activations/${activationId}${part}`);
    expect(foreign.status).toBe(403);
    // Under their own name it does not exist, although the id does.
    const own = await stranger.call('GET', `activations/${activationId}${part}`);
    expect(own.status).toBe(404);
    expect((await guest.call('GET', `activations/${activationId}${part}`)).status).toBe(200);
  });

  it('cannot refer to what they may not read', async () => {
    const answers = await Promise.all([
      stranger.call('PUT', 'packages/bound', { binding: { namespace: 'guest', name: 'hidden' } }),
      stranger.call('PUT', 'packages/bound', { binding: { namespace: 'guest', name: 'none' } }),
      stranger.call('PUT', 'rules/spy', { trigger: '/guest/tick', action: '/guest/mine' }),
      stranger.call('PUT', 'actions/spy', {
        exec: { kind: 'sequence', components: ['/guest/mine'] },
      }),
      stranger.call('PUT', 'actions/spy', {
        exec: { kind: 'sequence', components: ['/guest/hidden/echo'] },
      }),
    ]);
    for (const { status, text } of answers) {
      expect([400, 403], text).toContain(status);
      expect(text).not.toContain('s3cret');
    }
    // Nothing tells a hidden package from none.
    expect(answers[0].status).toBe(answers[1].status);
  });

  it('share a published package: read, invoke and bind, but not change', async () => {
    const path = `${root}/guest/packages/open`;
    expect((await stranger.call('GET', path)).object()).toMatchObject({
      name: 'open',
      publish: true,
      actions: [{ name: 'echo' }],
    });
    const action = `${root}/guest/actions/open/echo`;
    expect((await stranger.call('GET', action)).status).toBe(200);
    const invoked = await stranger.call('POST', `${action}?blocking=true`, { a: 1 });
    // It happens, and is recorded, where the caller is.
    expect(invoked.object()).toMatchObject({
      namespace: 'stranger',
      subject: 'stranger',
      response: { result: { a: 1, from: 'open' } },
    });
    const id = String(invoked.object()['activationId']);
    expect((await stranger.call('GET', `activations/${id}`)).status).toBe(200);
    expect((await guest.call('GET', `activations/${id}`)).status).toBe(404);

    for (const method of ['PUT', 'DELETE'])
      for (const target of [path, action]) {
        const sent = method === 'PUT' ? body : undefined;
        expect((await stranger.call(method, `${target}?overwrite=true`, sent)).status).toBe(403);
      }
    const binding = { binding: { namespace: 'guest', name: 'open' } };
    expect((await stranger.call('PUT', 'packages/bound', binding)).status).toBe(200);
    expect((await stranger.invoke('bound/echo', { b: 2 })).object()).toEqual({
      b: 2,
      from: 'open',
    });
    // When it is withdrawn the binding is of no use any more.
    await guest.call('PUT', 'packages/open?overwrite=true', { publish: false });
    expect((await stranger.invoke('bound/echo')).status).toBe(403);
    expect((await stranger.call('GET', action)).status).toBe(403);
    await guest.call('PUT', 'packages/open?overwrite=true', { publish: true });
  });

  it('see of each other’s packages those that are published', async () => {
    const listed = await stranger.call('GET', `${root}/guest/packages`);
    expect(listed.json()).toMatchObject([{ name: 'open' }]);
    expect(listed.text).not.toContain('hidden');
  });

  it('have names of their own', async () => {
    await stranger.putAction('mine', guestModule('apperr'));
    expect((await stranger.invoke('mine')).object()).toEqual({ error: 'sorry' });
    expect((await guest.invoke('mine')).object()).toEqual({ secret: 's3cret' });
    expect((await stranger.call('DELETE', 'actions/mine')).status).toBe(200);
    expect((await guest.call('GET', 'actions/mine')).status).toBe(200);
    expect((await stranger.call('GET', '/api/v1/namespaces')).json()).toEqual(['stranger']);
    expect((await standalone.as(systemKey).call('GET', '/api/v1/namespaces')).json()).toEqual([
      'whisk.system',
    ]);
  });

  it('cannot make APIs of foreign actions, nor see or delete foreign APIs', async () => {
    await guest.putAction('page', echo, { annotations: [{ key: 'web-export', value: true }] });
    const create = (client: ApiClient, namespace: string) =>
      client.call('POST', '/api/v1/web/whisk.system/apimgmt/createApi', {
        apidoc: {
          namespace,
          gatewayBasePath: '/shop',
          gatewayPath: '/order',
          gatewayMethod: 'GET',
          id: 'API:_:/shop',
          action: {
            name: 'page',
            namespace,
            backendMethod: 'GET',
            backendUrl: `${standalone.url}/api/v1/web/${namespace}/default/page.http`,
            authkey: '',
          },
        },
      });
    expect((await create(guest, '_')).status).toBe(200);
    expect((await create(stranger, 'guest')).status).toBeGreaterThanOrEqual(400);
    const apis = '/api/v1/web/whisk.system/apimgmt';
    expect((await stranger.call('GET', `${apis}/getApi`)).object()).toEqual({ apis: [] });
    await stranger.call('DELETE', `${apis}/deleteApi?basepath=/shop`);
    const reached = await callApi(standalone.url, {
      method: 'GET',
      path: '/apis/guest/shop/order',
    });
    expect(reached.status).toBeLessThan(300);
    for (const call of ['getApi', 'deleteApi?basepath=/shop'])
      expect(
        (await callApi(standalone.url, { method: 'GET', path: `${apis}/${call}` })).status,
      ).toBeGreaterThanOrEqual(400);
  });
});
