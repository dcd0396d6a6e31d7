import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  codeOf,
  constantGuest,
  echoGuest,
  jsonOf,
  openWebFixture,
  type WebFixture,
} from './web-fixture.js';

/* What users of OpenWhisk reported of web actions, as their clients send it. */

const web = '/api/v1/web/guest/default';
const json = { 'content-type': 'application/json' };
const extensions = ['', '.http', '.json', '.html', '.svg', '.text'] as const;

let whisk: WebFixture;

beforeAll(async () => {
  whisk = await openWebFixture({ 'api.resultBytesMax': '2000', 'api.payloadBytesMax': '100000' });
  await whisk.deploy('echo', echoGuest);
  await whisk.deploy('raw', echoGuest, { annotations: { 'raw-http': true } });
});

afterAll(async () => {
  await whisk.close();
});

describe('an error of the platform', () => {
  beforeAll(async () => {
    await whisk.deploy('long', await constantGuest(JSON.stringify({ body: 'x'.repeat(3000) })));
    await whisk.put('actions/gone', {
      exec: { kind: 'wasm:0.1', code: echoGuest.toString('base64') },
    });
    await whisk.put('actions/broken', {
      exec: { kind: 'sequence', components: ['/_/gone'] },
      annotations: [{ key: 'web-export', value: true }],
    });
    await whisk.request('/api/v1/namespaces/_/actions/gone', {
      method: 'DELETE',
      authKey: whisk.guestKey,
    });
  });

  it.each(extensions)('is never the answer of a web action as "%s"', async (extension) => {
    const long = await whisk.request(`${web}/long${extension}`);
    expect([long.status, codeOf(long)]).toEqual([400, 'WW_ERR_WEB_ACTION']);
    expect(jsonOf(long)['error']).toMatch(
      /^There was an error processing your request\. The action produced a response that exceeded the allowed length: 30\d\d > 2000 bytes\.$/,
    );
    const broken = await whisk.request(`${web}/broken${extension}`);
    expect([broken.status, codeOf(broken)]).toEqual([400, 'WW_ERR_WEB_ACTION']);
    expect(jsonOf(broken)['error']).toMatch(
      /^There was an error processing your request\. .*component/,
    );
  });

  it('is told from an error of the action, of which the web answer is made', async () => {
    await whisk.deploy('own', await constantGuest('{"error":{"statusCode":404,"body":"no"}}'));
    const answer = await whisk.request(`${web}/own`);
    expect([answer.status, answer.text]).toEqual([404, 'no']);
  });
});

describe('a body that could be base64', () => {
  it.each(['true', 'null', '1234', '"ab"', '12345678'])('is sent as the JSON %s', async (body) => {
    const answer = await whisk.request(`${web}/echo`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ headers: json, body }),
    });
    expect(answer.text).toBe(body);
  });

  it('is decoded when it is not JSON', async () => {
    const body = Buffer.from('{"a":1}').toString('base64');
    const answer = await whisk.request(`${web}/echo`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ headers: json, body }),
    });
    expect(answer.text).toBe('{"a":1}');
  });
});

describe('what is not found', () => {
  it('says how an action becomes a web action, whether there is one or not', async () => {
    await whisk.deploy('private', echoGuest, { annotations: { 'web-export': false } });
    const one = await whisk.request(`${web}/private.json`);
    const none = await whisk.request(`${web}/nothing.json`);
    expect([one.status, none.status]).toEqual([404, 404]);
    expect(jsonOf(one)['error']).toBe(jsonOf(none)['error']);
    expect(jsonOf(one)['error']).toMatch(/^The requested resource does not exist\. .*--web true/);
  });
});

describe('a body that is packed', () => {
  const body = JSON.stringify({ a: 'b'.repeat(100) });

  it.each([
    ['gzip', gzipSync(body)],
    ['x-gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['br', brotliCompressSync(body)],
    ['identity', Buffer.from(body)],
  ])('by %s is unpacked', async (encoding, packed) => {
    const headers = { ...json, 'content-encoding': encoding };
    for (const method of ['POST', 'GET']) {
      const answer = await whisk.request(`${web}/echo.json`, { method, headers, body: packed });
      expect(jsonOf(answer)['a']).toBe('b'.repeat(100));
    }
    const invoked = await whisk.request(
      '/api/v1/namespaces/_/actions/echo?blocking=true&result=true',
      { method: 'POST', headers, body: packed, authKey: whisk.guestKey },
    );
    expect(jsonOf(invoked)).toEqual(JSON.parse(body));
  });

  it('by something else is refused by name, and so is what is not packed', async () => {
    for (const [encoding, status] of [
      ['zstd', 415],
      ['gzip, br', 415],
      ['gzip', 400],
    ] as const) {
      const answer = await whisk.request(`${web}/echo.json`, {
        method: 'POST',
        headers: { ...json, 'content-encoding': encoding },
        body,
      });
      expect(answer.status).toBe(status);
      expect(jsonOf(answer)['error']).toContain(encoding);
    }
  });

  it('is bounded by what it is unpacked', async () => {
    for (const method of ['POST', 'GET']) {
      const answer = await whisk.request(`${web}/echo.json`, {
        method,
        headers: { ...json, 'content-encoding': 'gzip' },
        body: gzipSync(Buffer.alloc(10_000_000, ' ')),
      });
      expect([method, answer.status]).toEqual([method, 413]);
    }
  });
});

describe('a byte order mark', () => {
  it('is skipped in JSON and in text', async () => {
    const body = '\uFEFF{"a":1}';
    const answer = await whisk.request(`${web}/echo.json`, { method: 'POST', headers: json, body });
    expect(jsonOf(answer)['a']).toBe(1);
    const invoked = await whisk.request(
      '/api/v1/namespaces/_/actions/echo?blocking=true&result=true',
      { method: 'POST', headers: json, body, authKey: whisk.guestKey },
    );
    expect(invoked.text).toBe('{"a":1}');
    const put = await whisk.request('/api/v1/namespaces/_/packages/marked', {
      method: 'PUT',
      headers: json,
      body: '\uFEFF{}',
      authKey: whisk.guestKey,
    });
    expect(put.status).toBe(200);
    const form = await whisk.request(`${web}/echo.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '\uFEFFa=1',
    });
    expect(jsonOf(form)['a']).toBe('1');
  });
});

describe('headers in UTF-8', () => {
  it('arrive as they were sent', async () => {
    const sent = Buffer.from('Grüße, 世界').toString('latin1');
    const answer = await whisk.request(`${web}/echo.json`, { headers: { 'x-name': sent } });
    expect(jsonOf(answer)['__ow_headers']).toMatchObject({ 'x-name': 'Grüße, 世界' });
    const latin = await whisk.request(`${web}/echo.json`, {
      headers: { 'x-name': 'Gr\u00fc\u00df' },
    });
    expect(jsonOf(latin)['__ow_headers']).toMatchObject({ 'x-name': 'Grüß' });
  });

  it('leave so when Latin-1 cannot say them, and in addresses with escapes', async () => {
    const headers = { 'x-name': '世界', location: '/世界?q=%41', 'x-plain': 'abc' };
    const answer = await whisk.request(`${web}/echo`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ statusCode: 302, headers }),
    });
    expect(answer.status).toBe(302);
    expect(Buffer.from(String(answer.headers['x-name']), 'latin1').toString()).toBe('世界');
    expect(answer.headers['location']).toBe('/%E4%B8%96%E7%95%8C?q=%41');
    expect(answer.headers['x-plain']).toBe('abc');
  });
});
