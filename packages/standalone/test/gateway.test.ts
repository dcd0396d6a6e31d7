import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, openGateway, type GatewayFixture } from './gateway-fixture.js';
import { echoGuest, jsonOf, type WebFixture } from './web-fixture.js';

let whisk: WebFixture;
let manage: GatewayFixture['manage'];
let create: GatewayFixture['create'];

beforeAll(async () => {
  ({ whisk, manage, create } = await openGateway());
});

afterAll(async () => {
  await whisk.close();
});

describe('an API', () => {
  it.each([
    ['json', 'application/json'],
    ['html', 'text/html; charset=UTF-8'],
    ['svg', 'image/svg+xml'],
    ['text', 'text/plain; charset=UTF-8'],
    ['http', 'text/html; charset=UTF-8'],
  ])('answers %s', async (responseType, contentType) => {
    await create('/types', '/a', 'get', 'webadd', responseType);
    const answer = await whisk.request('/apis/guest/types/a?body=hello&q=1');
    expect([answer.status, answer.headers['content-type']]).toEqual([200, contentType]);
    if (responseType === 'json')
      expect(jsonOf(answer)).toMatchObject({
        from: 'webadd',
        q: '1',
        __ow_path: '',
        __ow_method: 'get',
      });
    else expect(answer.text).toBe('hello');
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'x-openwhisk-activation-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('tells an action that answers HTTP by which path it was called', async () => {
    await whisk.deploy('teller', echoGuest, { parameters: { headers: { 'x-a': 'b' } } });
    await create('/tell', '/book/{id}/page/{page}', 'post', 'teller', 'http');
    const answer = await whisk.request('/apis/guest/tell/book/a%2Fb/page/%C3%A9', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"statusCode":201}',
    });
    expect([answer.status, answer.headers['x-a']]).toEqual([201, 'b']);
    const id = String(answer.headers['x-openwhisk-activation-id']);
    const record = whisk.services.storage.activations.find('guest', id);
    expect(JSON.parse(record?.resultJson ?? '')).toMatchObject({
      __ow_path: '/tell/book/a%2Fb/page/%C3%A9',
      __ow_method: 'post',
      statusCode: 201,
    });
  });

  it('is found by the path that says most, and by the method', async () => {
    await create('/', '/books/{id}', 'get', 'webadd', 'http');
    await create('/', '/books/new', 'get', 'demo/add');
    await create('/books', '/{id}', 'delete', 'demo/add', 'http');
    await create('/', '/', 'get', 'demo/add');
    const from = async (method: string, path: string): Promise<unknown> => {
      const { status, headers } = await whisk.request(`/apis/guest${path}`, { method });
      const id = headers['x-openwhisk-activation-id'];
      if (typeof id !== 'string') return status;
      const record = whisk.services.storage.activations.find('guest', id);
      return (JSON.parse(record?.resultJson ?? '{}') as { readonly from?: unknown }).from;
    };
    expect(await from('GET', '/books/7')).toBe('webadd');
    expect(await from('GET', '/books/new')).toBe('demo/add');
    expect(await from('DELETE', '/books/7')).toBe('demo/add');
    expect(await from('GET', '/books/7/')).toBe('webadd');
    expect(await from('GET', '/')).toBe('demo/add');
    expect(await from('GET', '')).toBe('demo/add');
    expect(await from('GET', '/books')).toBe(404);
    expect(await from('GET', '/books//')).toBe(404);
    expect(await from('GET', '/books/7/8')).toBe(404);
    expect(await from('PUT', '/books/new')).toBe(405);
    const { apis } = jsonOf(await manage('GET', 'getApi')) as {
      apis: { value: { gwApiUrl: string } }[];
    };
    expect(apis.map(({ value }) => value.gwApiUrl)).toEqual([
      `${whisk.url}/apis/guest`,
      `${whisk.url}/apis/guest/books`,
    ]);
  });

  it('refuses other methods and paths in JSON, so that pages can read it', async () => {
    await create('/refuse', '/a', 'get', 'webadd');
    await create('/refuse', '/a', 'put', 'webadd');
    const other = await whisk.request('/apis/guest/refuse/a', { method: 'POST', body: 'x' });
    expect(codeOf(other)).toEqual([405, 'WW_ERR_API_METHOD']);
    expect(other.headers).toMatchObject({ allow: 'GET, PUT', 'access-control-allow-origin': '*' });
    const missing = await whisk.request('/apis/guest/refuse/b');
    expect(codeOf(missing)).toEqual([404, 'WW_ERR_API_NOT_FOUND']);
    expect(jsonOf(missing)).toEqual({
      error: expect.any(String),
      code: missing.headers['x-request-id'],
    });
    for (const path of ['/apis/guest/refuse/%zz', '/apis/%ff/refuse/a'])
      expect(codeOf(await whisk.request(path))).toEqual([400, 'WW_ERR_API_REQUEST']);
    for (const path of ['/apis', '/apis/', '/apis/__proto__/constructor', '/apis/nobody/refuse/a'])
      expect((await whisk.request(path)).status).toBe(404);
  });

  it('answers preflights without invoking, and HEAD like GET', async () => {
    await create('/cors', '/a', 'get', 'webadd');
    const before = whisk.services.storage.activations.count({ namespace: 'guest' });
    const preflight = await whisk.request('/apis/guest/cors/a', {
      method: 'OPTIONS',
      headers: { origin: 'https://page.example', 'access-control-request-headers': 'x-mine' },
    });
    expect([preflight.status, preflight.bytes.length]).toEqual([200, 0]);
    expect(preflight.headers['access-control-allow-headers']).toBe('x-mine');
    expect(whisk.services.storage.activations.count({ namespace: 'guest' })).toBe(before);
    const head = await whisk.request('/apis/guest/cors/a', { method: 'HEAD' });
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    const put = await whisk.request('/apis/guest/cors/a', { method: 'PUT' });
    expect(put.status).toBe(405);
  });

  it('opens a secured action with the key that it was made with', async () => {
    await create('/open', '/a', 'get', 'secured', 'json', { action: { secureKey: 's3cret' } });
    await create('/shut', '/a', 'get', 'secured', 'json', { action: { secureKey: 'another' } });
    await create('/none', '/a', 'get', 'secured');
    const headers = { 'x-require-whisk-auth': 'guessed' };
    expect((await whisk.request('/apis/guest/open/a', { headers })).status).toBe(200);
    expect((await whisk.request('/apis/guest/shut/a')).status).toBe(401);
    expect((await whisk.request('/apis/guest/none/a')).status).toBe(401);
    expect((await manage('GET', 'getApi')).text).not.toContain('s3cret');
  });

  it('is gone at once when it is deleted, and changed when it is made again', async () => {
    await create('/brief', '/a', 'get', 'webadd');
    const from = async (): Promise<unknown> => {
      const answer = await whisk.request('/apis/guest/brief/a');
      return answer.status === 200 ? jsonOf(answer)['from'] : answer.status;
    };
    expect(await from()).toBe('webadd');
    await create('/brief', '/a', 'get', 'demo/add');
    expect(await from()).toBe('demo/add');
    await manage('DELETE', 'deleteApi', { basepath: '/brief' });
    expect(await from()).toBe(404);
  });

  it('of an action that is gone, or no web action any more, is not found', async () => {
    await whisk.deploy('nothing', echoGuest);
    await create('/gone', '/a', 'get', 'nothing');
    await whisk.request('/api/v1/namespaces/_/actions/nothing', {
      method: 'DELETE',
      authKey: whisk.guestKey,
    });
    expect((await whisk.request('/apis/guest/gone/a')).status).toBe(404);
    await whisk.deploy('shy', echoGuest, { annotations: { 'web-export': false } });
    await create('/shy', '/a', 'get', 'shy');
    expect((await whisk.request('/apis/guest/shy/a')).status).toBe(404);
  });

  it('may call the web action of another, in its name', async () => {
    await whisk.deploy('theirs', echoGuest, { authKey: whisk.otherKey });
    await create('/foreign', '/a', 'get', '/other/theirs');
    const answer = await whisk.request('/apis/guest/foreign/a');
    expect(answer.status).toBe(200);
    const id = String(answer.headers['x-openwhisk-activation-id']);
    expect(whisk.services.storage.activations.find('other', id)).toBeDefined();
  });
});
