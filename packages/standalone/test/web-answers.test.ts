import { isWasmRuntimeError } from '@wasmwhisk/runtime';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  codeOf,
  constantGuest,
  echoGuest,
  greetGuest,
  jsonOf,
  openWebFixture,
  type WebAnswer,
  type WebFixture,
} from './web-fixture.js';

const web = '/api/v1/web/guest/default';

let whisk: WebFixture;

beforeAll(async () => {
  whisk = await openWebFixture();
  await whisk.deploy('echo', echoGuest);
  await whisk.deploy('raw', echoGuest, { annotations: { 'raw-http': true } });
});

afterAll(async () => {
  await whisk.close();
});

/** Makes a web action that answers always the same, and calls it. */
async function answerOf(name: string, result: unknown, extension = 'http'): Promise<WebAnswer> {
  await whisk.deploy(name, await constantGuest(JSON.stringify(result)));
  return whisk.request(`${web}/${name}.${extension}`);
}

/** Why no runtime here runs components that handle HTTP; `undefined` when one does. */
async function whyNoHttpHandlers(): Promise<string | undefined> {
  const { runtimes } = whisk.services.executor;
  const reasons: string[] = [];
  for (const name of runtimes.names) {
    try {
      const { features } = await runtimes.get(name);
      if (features.has('http-handler')) return undefined;
      reasons.push(`The runtime "${name}" takes no http-handler.`);
    } catch (error) {
      // The native engine is not built everywhere.
      if (!isWasmRuntimeError(error) || error.code !== 'WW_ERR_RUNTIME_UNAVAILABLE') throw error;
      reasons.push(error.message);
    }
  }
  return reasons.join(' ');
}

describe('CORS', () => {
  const preflight = {
    method: 'OPTIONS',
    headers: {
      origin: 'https://page.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-mine, content-type',
    },
  };

  it('answers a preflight without invoking', async () => {
    const before = whisk.services.storage.activations.count({ namespace: 'guest' });
    const answer = await whisk.request(`${web}/echo.json`, preflight);
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'OPTIONS, GET, DELETE, POST, PUT, HEAD, PATCH',
      'access-control-allow-headers': 'x-mine, content-type',
    });
    expect(answer.headers['x-openwhisk-activation-id']).toBeUndefined();
    expect(whisk.services.storage.activations.count({ namespace: 'guest' })).toBe(before);
  });

  it('names what is allowed when nothing is asked for', async () => {
    const { headers } = await whisk.request(`${web}/echo.json`, {
      headers: { origin: 'https://page.example' },
    });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-headers']).toContain('Authorization');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('is the affair of an action with web-custom-options, even when it is secured', async () => {
    await whisk.deploy('custom', echoGuest, {
      annotations: { 'web-custom-options': true, 'require-whisk-auth': true },
      parameters: { headers: { 'Access-Control-Allow-Origin': 'https://page.example' } },
    });
    const answer = await whisk.request(`${web}/custom?statusCode=204`, preflight);
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe('https://page.example');
    expect(answer.headers['access-control-allow-methods']).toBeUndefined();
    expect(answer.headers['x-openwhisk-activation-id']).toBeDefined();
    const refused = await whisk.request(`${web}/custom`);
    expect(refused.status).toBe(401);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('lets an action name its own origin, once', async () => {
    const answer = await answerOf('origin', {
      headers: { 'Access-Control-Allow-Origin': 'https://page.example' },
      body: 'x',
    });
    expect(answer.headers['access-control-allow-origin']).toBe('https://page.example');
  });

  it('lets no page make a browser ask for the key', async () => {
    const path = '/api/v1/namespaces';
    const fromPage = await whisk.request(path, {
      headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' },
    });
    expect([fromPage.status, fromPage.headers['www-authenticate']]).toEqual([401, undefined]);
    const fromClient = await whisk.request(path);
    expect(fromClient.headers['www-authenticate']).toBe('Basic realm="OpenWhisk secure realm"');
  });

  it('of web actions gives pages nothing of the REST API', async () => {
    const headers = { origin: 'https://page.example' };
    for (const path of [
      '/api/v1/namespaces',
      '/api/v1/web/whisk.system/apimgmt/getApi',
      '/api/v1/web/whisk.system/apimgmt/getApi.http',
      '/api/v1/web/whisk%2Esystem/apimgmt/getApi',
    ]) {
      const answer = await whisk.request(path, { headers, authKey: whisk.guestKey });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('an answer', () => {
  it('repeats headers, keeps bytes and says how long it is', async () => {
    const answer = await answerOf('bytes', {
      statusCode: 299,
      headers: { 'content-type': 'image/png', 'set-cookie': ['a=1', 'b=2'], 'x-n': [1, true] },
      body: 'iVBORw0KGgo=',
    });
    expect(answer.status).toBe(299);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': '8',
      'set-cookie': ['a=1', 'b=2'],
      'x-n': '1, true',
    });
    expect([...answer.bytes]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  });

  it.each([204, 205, 304])('of %i has no body', async (statusCode) => {
    const answer = await answerOf('bodyless', { statusCode, headers: { etag: '"x"' }, body: 'b' });
    expect([answer.status, answer.bytes.length]).toEqual([statusCode, 0]);
    expect(answer.headers['etag']).toBe('"x"');
    expect(answer.headers['content-type']).toBeUndefined();
  });

  it.each([
    ['a status of none', { statusCode: 1000, body: 'x' }],
    ['a status of another protocol', { statusCode: 101, headers: { upgrade: 'websocket' } }],
    ['a header that breaks its line', { headers: { a: 'b\r\nset-cookie: c=d' }, body: 'x' }],
    ['a header whose name does', { headers: { 'a\r\nb': 'c' }, body: 'x' }],
  ])('with %s is refused, and says which activation it was', async (_title, result) => {
    const answer = await answerOf('bad', result);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'WW_ERR_WEB_RESULT']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['content-type']).toBe('application/json');
    const id = String(answer.headers['x-openwhisk-activation-id']);
    expect(whisk.services.storage.activations.find('guest', id)?.statusCode).toBe(0);
  });

  it('cannot pass for one of another activation', async () => {
    const answer = await answerOf('pretender', {
      headers: { 'x-openwhisk-activation-id': '0'.repeat(32), 'X-Request-ID': 'mine' },
      body: 'x',
    });
    expect(answer.headers['x-openwhisk-activation-id']).not.toBe('0'.repeat(32));
    expect(answer.headers['x-request-id']).not.toBe('mine');
  });

  it('of an array is one, and not an error of ours', async () => {
    expect(jsonOf(await answerOf('array', [1, { a: 2 }], 'json'))).toEqual([1, { a: 2 }]);
    expect(jsonOf(await answerOf('array', [1, { a: 2 }], 'text'))).toEqual([1, { a: 2 }]);
    for (const extension of ['http', 'html', 'svg']) {
      const answer = await answerOf('array', [1], extension);
      expect([answer.status, codeOf(answer)]).toEqual([400, 'WW_ERR_WEB_RESULT']);
    }
  });

  it('of an action that fails tells nothing of it', async () => {
    await whisk.deploy('failing', await constantGuest('{"error":"a secret"'));
    const answer = await whisk.request(`${web}/failing`);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'WW_ERR_WEB_ACTION']);
    expect(answer.text).not.toContain('secret');
  });

  it('may be an HTTP error that the action ends with', async () => {
    const answer = await answerOf('error', {
      error: { statusCode: 410, headers: { 'x-why': 'gone' }, body: { gone: true } },
    });
    expect([answer.status, answer.text]).toEqual([410, '{"gone":true}']);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-why': 'gone' });
  });

  it('is what a component makes that handles HTTP', async (context) => {
    const missing = await whyNoHttpHandlers();
    if (missing !== undefined) context.skip(missing);
    await whisk.deploy('greet', greetGuest, { annotations: { 'raw-http': true } });
    const answer = await whisk.request(`${web}/greet/greet`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'name=Ada+%26+co',
    });
    const id = String(answer.headers['x-openwhisk-activation-id']);
    const record = whisk.services.storage.activations.find('guest', id);
    expect(answer.status, record?.resultJson).toBe(200);
    expect(answer.text).toBe('<!doctype html><p>Hello, <b>Ada &amp; co</b>!</p>\n');
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['set-cookie']).toHaveLength(2);
    const elsewhere = await whisk.request(`${web}/greet/elsewhere`);
    expect([elsewhere.status, jsonOf(elsewhere)]).toEqual([404, { error: 'There is only /greet' }]);
  });
});

describe('a page that an action makes', () => {
  it('has an origin of its own, by whichever extension', async () => {
    for (const [extension, result] of [
      ['html', { html: '<p>' }],
      ['svg', { svg: '<svg/>' }],
      ['http', { body: '<p>' }],
    ] as const) {
      const { headers } = await answerOf('page', result, extension);
      expect(headers['content-security-policy'], extension).toMatch(/^sandbox (?!.*same-origin)/);
    }
  });

  it('has the origin of all where the operator wants it so', async () => {
    const open = await openWebFixture({ 'api.webSandbox': 'false' });
    onTestFinished(() => open.close());
    await open.deploy('page', await constantGuest('{"html":"<p>"}'));
    const { status, headers } = await open.request(`${web}/page.html`);
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toBeUndefined();
  });
});
