import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  codeOf,
  echoGuest,
  jsonOf,
  openWebFixture,
  toKeyValues,
  type WebAnswer,
  type WebFixture,
} from './web-fixture.js';

const web = '/api/v1/web/guest/default';
const waitGuest = readFileSync(new URL('../../executor/guests/build/wait.wasm', import.meta.url));

let whisk: WebFixture;

beforeAll(async () => {
  whisk = await openWebFixture();
  await whisk.deploy('echo', echoGuest);
  await whisk.deploy('raw', echoGuest, { annotations: { 'raw-http': true } });
});

afterAll(async () => {
  await whisk.close();
});

async function openOther(settings: Readonly<Record<string, string>>): Promise<WebFixture> {
  const fixture = await openWebFixture(settings);
  onTestFinished(() => fixture.close());
  return fixture;
}

describe('a web action is found', () => {
  it('by its name alone, which asks for .http', async () => {
    const answer = await whisk.request(`${web}/echo?statusCode=201&body=hello`);
    expect([answer.status, answer.text]).toEqual([201, 'hello']);
  });

  it('in a package, and through a binding with the parameters of all three', async () => {
    await whisk.put('packages/provider', {
      parameters: toKeyValues({ a: 'provider', b: 'provider', c: 'provider', d: 'provider' }),
    });
    await whisk.put('packages/bound', {
      binding: { namespace: '_', name: 'provider' },
      parameters: toKeyValues({ b: 'binding', c: 'binding', d: 'binding' }),
    });
    await whisk.deploy('provider/echo', echoGuest, { parameters: { c: 'action', d: 'action' } });
    const direct = jsonOf(await whisk.request('/api/v1/web/guest/provider/echo.json?d=query'));
    expect(direct).toMatchObject({ a: 'provider', b: 'provider', c: 'action', d: 'query' });
    const bound = jsonOf(await whisk.request('/api/v1/web/guest/bound/echo.json?d=query'));
    expect(bound).toMatchObject({ a: 'provider', b: 'binding', c: 'action', d: 'query' });
  });

  it('through a binding of a published package of another, in the name of who owns the binding', async () => {
    await whisk.put('packages/shared', { publish: true });
    await whisk.deploy('shared/echo', echoGuest);
    await whisk.put(
      'packages/mine',
      { binding: { namespace: 'guest', name: 'shared' } },
      whisk.otherKey,
    );
    const answer = await whisk.request('/api/v1/web/other/mine/echo.json');
    expect(answer.status).toBe(200);
    const id = String(answer.headers['x-openwhisk-activation-id']);
    expect(whisk.services.storage.activations.find('other', id)).toMatchObject({
      subject: 'other',
      name: 'echo',
    });
    expect(whisk.services.storage.activations.find('guest', id)).toBeUndefined();
  });

  it('under a name with blanks and dots, and the longest', async () => {
    for (const name of ['my web.action', 'index.php', 'a.json', 'n'.repeat(256)]) {
      await whisk.deploy(encodeURIComponent(name), echoGuest);
      const answer = await whisk.request(`${web}/${encodeURIComponent(name)}.json`);
      expect([name, answer.status]).toEqual([name, 200]);
    }
  });

  it('through its sequence', async () => {
    await whisk.put('actions/twice', {
      exec: { kind: 'sequence', components: ['/_/echo', '/_/echo'] },
      annotations: toKeyValues({ 'web-export': true }),
    });
    expect(jsonOf(await whisk.request(`${web}/twice.json?n=1`))).toMatchObject({ n: '1' });
  });

  describe('never', () => {
    beforeAll(async () => {
      await whisk.deploy('private', echoGuest, { annotations: { 'web-export': false } });
      await whisk.deploy('texty', echoGuest, { annotations: { 'web-export': 'true' } });
      await whisk.put('packages/exported', { annotations: toKeyValues({ 'web-export': true }) });
      await whisk.deploy('exported/private', echoGuest, { annotations: { 'web-export': false } });
      await whisk.put('triggers/trigger', { annotations: toKeyValues({ 'web-export': true }) });
    });

    it.each([
      ['without the annotation', '/api/v1/web/guest/default/private.json'],
      ['with an annotation that is a text', '/api/v1/web/guest/default/texty.json'],
      ['by the annotation of its package', '/api/v1/web/guest/exported/private.json'],
      ['when it is no action', '/api/v1/web/guest/default/trigger.json'],
      ['when there is none', '/api/v1/web/guest/default/nothing.json'],
      ['in no package', '/api/v1/web/guest/nothing/echo.json'],
      ['in a package that is none', '/api/v1/web/guest/echo/echo.json'],
      ['in no namespace', '/api/v1/web/nobody/default/echo.json'],
      ['in "_"', '/api/v1/web/_/default/echo.json'],
      ['without a package', '/api/v1/web/guest/echo.json'],
      ['without a name', '/api/v1/web/guest/default/.json'],
      ['without anything', '/api/v1/web/guest/default/'],
      ['under __proto__', '/api/v1/web/__proto__/constructor/toString.json'],
      ['with a slash in its name', '/api/v1/web/guest/default%2Fecho.json'],
      ['with an escaped line break', '/api/v1/web/guest/default/echo%0d%0a.json'],
      ['by way of the REST API', '/api/v1/web/../namespaces/_/actions'],
    ])('%s', async (_title, path) => {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const answer = await whisk.request(path, { method, authKey: whisk.guestKey });
        expect([answer.status, codeOf(answer)]).toEqual([404, 'WW_ERR_API_NOT_FOUND']);
        expect(jsonOf(answer)).toEqual({
          error: expect.stringMatching(/^The requested resource does not exist\. .*--web true/),
          code: expect.any(String),
        });
      }
    });
  });
});

describe('a web action is called', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('by %s', async (method) => {
    const answer = await whisk.request(`${web}/echo.json`, { method });
    expect(jsonOf(answer)).toMatchObject({ __ow_method: method.toLowerCase(), __ow_path: '' });
  });

  it('by HEAD, which is answered like GET, but for the body', async () => {
    const path = `${web}/echo?statusCode=404&body=12345`;
    const answer = await whisk.request(path, { method: 'HEAD' });
    expect([answer.status, answer.bytes.length]).toEqual([404, 0]);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=UTF-8',
      'content-length': '5',
    });
  });

  it('by no other method', async () => {
    const answer = await whisk.request(`${web}/echo.json`, { method: 'TRACE' });
    expect([answer.status, codeOf(answer)]).toEqual([405, 'WW_ERR_API_METHOD']);
  });

  it('with a body by any method', async () => {
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const answer = await whisk.request(`${web}/echo.json?a=1`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: '{"b":2}',
      });
      expect([method, jsonOf(answer)]).toMatchObject([method, { a: '1', b: 2 }]);
    }
  });

  it('with headers in lower case, the last of a name, as they were sent', async () => {
    const answer = await whisk.request(`${web}/echo.json`, {
      method: 'POST',
      headers: {
        'X-Mixed': ['first', 'second'],
        'Content-Type': 'Text/Plain; Charset=UTF-8',
        Cookie: 'a=1; b=2',
        Authorization: 'Bearer something',
      },
      body: 'x',
    });
    expect(jsonOf(answer)['__ow_headers']).toMatchObject({
      'x-mixed': 'second',
      'content-type': 'Text/Plain; Charset=UTF-8',
      cookie: 'a=1; b=2',
      authorization: 'Bearer something',
      host: `127.0.0.1:${String(whisk.port)}`,
    });
  });

  it('by somebody who is known, or by nobody', async () => {
    const userOf = async (authKey?: string): Promise<unknown> =>
      jsonOf(await whisk.request(`${web}/echo.json`, authKey === undefined ? {} : { authKey }))[
        '__ow_user'
      ];
    expect(await userOf()).toBeUndefined();
    expect(await userOf(whisk.guestKey)).toBe('guest');
    expect(await userOf(whisk.otherKey)).toBe('other');
    expect(await userOf('bad:credentials')).toBeUndefined();
  });

  it('in the name of its owner, whoever calls', async () => {
    const answer = await whisk.request(`${web}/echo.json`, { authKey: whisk.otherKey });
    const id = String(answer.headers['x-openwhisk-activation-id']);
    expect(whisk.services.storage.activations.find('guest', id)).toMatchObject({
      namespace: 'guest',
      subject: 'guest',
      name: 'echo',
      statusCode: 0,
    });
  });

  it('with numbers that nobody rounds', async () => {
    const { text } = await whisk.request(`${web}/echo.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"big":9007199254740993,"precise":0.10000000000000000555}',
    });
    expect(text).toContain('"big": 9007199254740993');
    expect(text).toContain('"precise": 0.10000000000000000555');
  });
});

describe('a web action refuses', () => {
  beforeAll(async () => {
    await whisk.deploy('final', echoGuest, {
      annotations: { final: true },
      parameters: { key: 'kept', open: null },
    });
  });

  it.each([
    ['a reserved name in the query', 'echo.json?__ow_user=guest', undefined],
    ['a reserved name in JSON', 'echo.json', '{"__ow_headers":{}}'],
    ['a final parameter in the query', 'final.json?key=1', undefined],
    ['a final parameter in JSON', 'final.json', '{"key":1}'],
  ])('%s', async (_title, path, body) => {
    const answer = await whisk.request(`${web}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'WW_ERR_WEB_RESERVED']);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['x-openwhisk-activation-id']).toBeUndefined();
  });

  it('no parameter that is null, and none of a raw action', async () => {
    expect(jsonOf(await whisk.request(`${web}/final.json?open=1`))).toMatchObject({
      key: 'kept',
      open: '1',
    });
    expect(jsonOf(await whisk.request(`${web}/raw.json?__ow_user=x`))).toMatchObject({
      __ow_query: '__ow_user=x',
      __ow_body: '',
    });
  });

  it('a body that is too large, whoever sends it and however', async () => {
    const small = await openOther({ 'api.payloadBytesMax': '1024' });
    await small.deploy('echo', echoGuest);
    for (const method of ['GET', 'POST', 'DELETE']) {
      const send = (length: number): Promise<WebAnswer> =>
        small.request(`${web}/echo.json`, {
          method,
          headers: { 'content-type': 'text/plain' },
          body: 'x'.repeat(length),
        });
      expect((await send(1024)).status).toBe(200);
      const answer = await send(1025);
      expect([method, answer.status, codeOf(answer)]).toEqual([
        method,
        413,
        'WW_ERR_API_TOO_LARGE',
      ]);
      expect(answer.headers['access-control-allow-origin']).toBe('*');
    }
  });

  it('to be called too often', async () => {
    const busy = await openOther({ 'throttle.invocationsPerMinute': '0' });
    await busy.deploy('echo', echoGuest);
    const answer = await busy.request(`${web}/echo.json`);
    expect([answer.status, codeOf(answer)]).toEqual([429, 'WW_ERR_API_THROTTLED']);
    const preflight = await busy.request(`${web}/echo.json`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(200);
  });

  it('to be waited for any longer, and goes on', async () => {
    const hasty = await openOther({ 'api.blockingWaitMs': '1' });
    await hasty.deploy('wait', waitGuest);
    const answer = await hasty.request(`${web}/wait.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"ms":200}',
    });
    expect(answer.status).toBe(202);
    const id = String(answer.headers['x-openwhisk-activation-id']);
    expect(jsonOf(answer)).toEqual({
      error: expect.stringMatching(
        new RegExp(`^Response not yet ready\\. .*"wsk activation result ${id}"`),
      ),
      code: answer.headers['x-request-id'],
    });
    await expect
      .poll(() => hasty.services.storage.activations.find('guest', id)?.statusCode)
      .toBe(0);
  });
});

describe('require-whisk-auth', () => {
  it('asks for anybody’s credentials', async () => {
    await whisk.deploy('secured', echoGuest, { annotations: { 'require-whisk-auth': true } });
    const anonymous = await whisk.request(`${web}/secured.json`);
    expect([anonymous.status, codeOf(anonymous)]).toEqual([401, 'WW_ERR_API_NO_CREDENTIALS']);
    expect(anonymous.headers['access-control-allow-origin']).toBe('*');
    // A browser that asked its user for the key would hand it to the action.
    expect(anonymous.headers['www-authenticate']).toBeUndefined();
    const wrong = await whisk.request(`${web}/secured.json`, { authKey: 'a:b' });
    expect([wrong.status, codeOf(wrong)]).toEqual([401, 'WW_ERR_API_CREDENTIALS']);
    const right = await whisk.request(`${web}/secured.json`, { authKey: whisk.otherKey });
    expect([right.status, jsonOf(right)['__ow_user']]).toEqual([200, 'other']);
  });

  it('asks for a secret', async () => {
    await whisk.deploy('secret', echoGuest, { annotations: { 'require-whisk-auth': 's3cret' } });
    const call = (secret: string): Promise<WebAnswer> =>
      whisk.request(`${web}/secret.json`, { headers: { 'X-Require-Whisk-Auth': secret } });
    expect((await call('s3cret')).status).toBe(200);
    expect((await call('s3cret2')).status).toBe(401);
    const withKey = await whisk.request(`${web}/secret.json`, { authKey: whisk.guestKey });
    expect(withKey.status).toBe(401);
  });

  it('refuses before the body is read, and not a preflight', async () => {
    const answer = await whisk.request(`${web}/secured.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(answer.status).toBe(401);
    const preflight = await whisk.request(`${web}/secured.json`, { method: 'OPTIONS' });
    expect(preflight.status).toBe(200);
  });
});
