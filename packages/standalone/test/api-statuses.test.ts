import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openApi, type Answer, type ApiFixture } from './api-fixture.js';

const add = readFileSync(
  new URL('../../../examples/actions/add/build/add.wasm', import.meta.url),
).toString('base64');

async function openWithAction(
  settings: Readonly<Record<string, string>> = {},
): Promise<ApiFixture> {
  const api = openApi(settings);
  const body = { exec: { kind: 'wasm:0.1', code: add } };
  const { status, text } = await api.call('PUT', '/actions/add', { body });
  if (status !== 200) throw new Error(text);
  return api;
}

/** What `wsk` needs to show an error: both members, and a JSON type (trap 3). */
function expectRefusal(answer: Answer, status: number, code: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.headers['x-wasmwhisk-error']).toBe(code);
  expect(answer.json).toEqual({
    error: expect.any(String) as string,
    code: answer.headers['x-request-id'],
  });
}

const numbers = { param1: 1, param2: 2 };

describe('the statuses of invocations', () => {
  it('200: it was waited for', async () => {
    const { call } = await openWithAction();
    const url = '/actions/add?blocking=true';
    const answer = await call('POST', `${url}&result=true`, { body: numbers });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers['x-openwhisk-activation-id']).toMatch(/^[0-9a-f]{32}$/);
    const record = await call('POST', url, { body: numbers });
    expect(record.json).toMatchObject({ response: { success: true, result: answer.json } });
    // Its record is there at once (trap 28).
    const [last] = (await call('GET', '/activations?limit=1')).json as [{ activationId: string }];
    expect(last.activationId).toBe(record.headers['x-openwhisk-activation-id']);
    expect((await call('GET', `/activations/${last.activationId}`)).json).toMatchObject({
      activationId: last.activationId,
      response: { success: true },
    });
  });

  it('202: it was not waited for', async () => {
    const { call } = await openWithAction();
    const answer = await call('POST', '/actions/add', { body: numbers });
    expect(answer.status).toBe(202);
    expect(answer.json).toEqual({ activationId: answer.headers['x-openwhisk-activation-id'] });
  });

  it('502: it failed, and its record has no code (trap 2)', async () => {
    const { call } = await openWithAction();
    // Without body and type, which is fine for POST (trap 33).
    const answer = await call('POST', '/actions/add?blocking=true');
    expect(answer.status).toBe(502);
    expect(answer.json).toMatchObject({
      response: { status: 'application error', success: false },
    });
    expect(answer.json).not.toHaveProperty('code');
    expect(answer.headers).not.toHaveProperty('x-wasmwhisk-error');
  });

  it('204: a trigger has no rule; 202: it has one (trap 21)', async () => {
    const { call } = await openWithAction();
    await call('PUT', '/triggers/tick', { body: {} });
    const none = await call('POST', '/triggers/tick', { body: {} });
    expect([none.status, none.text]).toEqual([204, '']);
    await call('PUT', '/rules/r', { body: { trigger: '/_/tick', action: '/_/add' } });
    const fired = await call('POST', '/triggers/tick', { body: numbers });
    expect(fired.status).toBe(202);
    await call('POST', '/rules/r', { body: { status: 'inactive' } });
    expect((await call('POST', '/triggers/tick', { body: {} })).status).toBe(204);
  });

  it('400, 404, 405, 409, 413, 415: it was refused', async () => {
    const { call } = await openWithAction({ 'api.payloadBytesMax': '1024' });
    await call('PUT', '/triggers/tick', { body: {} });
    const post = (path: string, body: unknown = {}, type = 'application/json'): Promise<Answer> =>
      call('POST', path, { body, headers: { 'content-type': type } });
    expectRefusal(await post('/actions/add', []), 400, 'WW_ERR_API_BODY');
    expectRefusal(await post('/actions/add', '{"a":'), 400, 'WW_ERR_API_BODY');
    expectRefusal(await post('/actions/add?blocking=perhaps'), 400, 'WW_ERR_API_QUERY');
    expectRefusal(await post('/actions/add?timeout=60001'), 400, 'WW_ERR_API_QUERY');
    expectRefusal(await post('/actions/missing'), 404, 'WW_ERR_API_NOT_FOUND');
    expectRefusal(await post('/triggers/missing'), 404, 'WW_ERR_API_NOT_FOUND');
    expectRefusal(await post('/actions'), 405, 'WW_ERR_API_METHOD');
    expectRefusal(await post('/packages/refresh'), 405, 'WW_ERR_API_METHOD');
    expectRefusal(await post('/actions/tick'), 409, 'WW_ERR_API_COLLECTION');
    expectRefusal(await post('/triggers/add'), 409, 'WW_ERR_API_COLLECTION');
    const long = { text: 'x'.repeat(1024) };
    expectRefusal(await post('/actions/add', long), 413, 'WW_ERR_API_TOO_LARGE');
    expectRefusal(await post('/triggers/tick', long), 413, 'WW_ERR_API_TOO_LARGE');
    expectRefusal(await post('/actions/add', '{}', 'text/plain'), 415, 'WW_ERR_API_MEDIA_TYPE');
  });

  it('429: there were too many', async () => {
    const { call } = await openWithAction({ 'throttle.concurrentInvocations': '0' });
    const answer = await call('POST', '/actions/add', { body: numbers });
    expectRefusal(answer, 429, 'WW_ERR_API_THROTTLED');
  });

  it('503: the server is about to end', async () => {
    const { call, standalone } = await openWithAction();
    await standalone.drain(0);
    expectRefusal(await call('POST', '/actions/add'), 503, 'WW_ERR_API_CLOSING');
    // What only reads goes on as long as there is storage.
    expect((await call('GET', '/actions')).status).toBe(200);
    await standalone.close();
    expectRefusal(await call('GET', '/actions'), 503, 'WW_ERR_API_CLOSING');
  });
});

describe('pages of other origins', () => {
  const headers = { origin: 'http://evil.example' };

  it('call web actions, and nothing else', async () => {
    const { call } = await openWithAction();
    const body = { annotations: [{ key: 'web-export', value: true }] };
    await call('PUT', '/actions/add?overwrite=true', { body });
    const web = await call('GET', '/api/v1/web/guest/default/add.json?param1=1&param2=2', {
      headers,
    });
    expect(web.headers['x-openwhisk-activation-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(web.headers['access-control-allow-origin']).toBe('*');
    const rest = await call('POST', '/actions/add', { headers, body: numbers });
    expectRefusal(rest, 403, 'WW_ERR_API_FOREIGN');
  });

  it.each([
    '/api/v1/web/whisk.system/apimgmt/getApi.http',
    '/api/v1/web/whisk%2Esystem/apimgmt/getApi',
    '/api/%761/web/whisk.system/apimgmt/getApi.json',
  ])('do not manage APIs by %s', async (url) => {
    const { call } = openApi();
    expect((await call('GET', url)).status).toBe(200);
    expectRefusal(await call('GET', url, { headers }), 403, 'WW_ERR_API_FOREIGN');
  });

  it('under a name rebound to us do not even call web actions', async () => {
    const { call } = await openWithAction();
    const body = { annotations: [{ key: 'web-export', value: true }] };
    await call('PUT', '/actions/add?overwrite=true', { body });
    const rebound = { host: 'evil.example:3233' };
    for (const url of ['/api/v1/web/guest/default/add.json', '/apis/guest/base/path'])
      expectRefusal(await call('GET', url, { headers: rebound }), 403, 'WW_ERR_API_FOREIGN');
  });
});
