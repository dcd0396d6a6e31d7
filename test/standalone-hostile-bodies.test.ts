import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guest as guestModule } from './support/guests.js';
import { withBystander } from './support/standalone-bystander.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';
import { callApi, guestKey, toBasic, type ApiAnswer } from './support/standalone-client.js';

/* Bodies that are wrong, deep, large or misleading. */

const mebibyte = 1024 * 1024;
const code = guestModule('echo').toString('base64');
const exec = { kind: 'wasm:0.1', code };
const root = '/api/v1/namespaces/_';

let standalone: TestStandalone;
beforeAll(async () => {
  standalone = await startTestStandalone();
  expect((await standalone.guest.putAction('echo', guestModule('echo'))).status).toBe(200);
  const web = { annotations: [{ key: 'web-export', value: true }] };
  expect((await standalone.guest.putAction('page', guestModule('echo'), web)).status).toBe(200);
  expect((await standalone.guest.call('PUT', 'triggers/tick', {})).status).toBe(200);
});
afterAll(async () => {
  await standalone.shutDown();
});

const send = (
  method: string,
  path: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<ApiAnswer> =>
  callApi(standalone.url, {
    method,
    path: path.startsWith('/') ? path : `${root}/${path}`,
    body,
    headers: { Authorization: toBasic(guestKey), 'Content-Type': 'application/json', ...headers },
  });

function expectRefused(answer: ApiAnswer, ...statuses: readonly number[]): void {
  expect(statuses, answer.text.slice(0, 500)).toContain(answer.status);
  expect(answer.object()).toEqual({
    error: expect.stringMatching(/./),
    code: answer.headers['x-request-id'],
  });
  // It says what is wrong, without giving everything back.
  expect(answer.text.length).toBeLessThan(2000);
}

const puts = ['actions/new', 'packages/new', 'triggers/new', 'rules/new'];
const posts = ['actions/echo?blocking=true', 'triggers/tick'];

describe('a body', () => {
  it.each([
    ['nothing that is JSON', '{'],
    ['JSON and more', '{}{}'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['a number', '1'],
    ['null', 'null'],
    ['NaN', '{"parameters":NaN}'],
    ['a comment', '{/* */}'],
    ['single quotes', "{'a':1}"],
    ['a trailing comma', '{"a":1,}'],
    ['a zero byte', '{"a":"\u0000"}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong encoding', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['100,000 brackets', '['.repeat(100_000)],
    ['100,000 levels', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['100,000 objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('of %s is refused with a reason', async (_what, body) => {
    await withBystander(standalone, async () => {
      for (const path of puts) expectRefused(await send('PUT', path, body), 400);
      for (const path of posts) expectRefused(await send('POST', path, body), 400);
    });
  });

  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  it.each([
    ['parameters', `{"parameters":[{"key":"k","value":${deep}}]}`],
    ['annotations', `{"annotations":[{"key":"k","value":${deep}}]}`],
    ['limits', `{"limits":${deep}}`],
    ['exec', `{"exec":${deep}}`],
    ['an unknown member', `{"unknown":${deep}}`],
  ])('with 100,000 levels in %s is refused', async (_what, body) => {
    for (const path of puts) expectRefused(await send('PUT', path, body), 400);
  });

  it.each([
    ['actions/new', { exec: 'wasm:0.1' }],
    ['actions/new', { exec: { kind: 1, code } }],
    ['actions/new', { exec: { kind: 'wasm:0.1', code: 1 } }],
    ['actions/new', { exec: { kind: 'wasm:0.1' } }],
    ['actions/new', { exec: { kind: '__proto__', code } }],
    ['actions/new', { exec: { kind: 'wasm:0.1', code, main: {} } }],
    ['actions/new', { exec: { kind: 'sequence', components: [] } }],
    ['actions/new', { exec: { kind: 'sequence', components: 'a' } }],
    ['actions/new', { exec: { kind: 'sequence', components: [1] } }],
    ['actions/new', { exec, parameters: {} }],
    ['actions/new', { exec, parameters: [{ value: 1 }] }],
    ['actions/new', { exec, parameters: [{ key: 1, value: 1 }] }],
    ['actions/new', { exec, parameters: [{ key: 'k' }] }],
    ['actions/new', { exec, annotations: 'a' }],
    ['actions/new', { exec, limits: [] }],
    ['actions/new', { exec, limits: { timeout: 'long' } }],
    ['actions/new', { exec, limits: { timeout: 1.5 } }],
    ['actions/new', { exec, limits: { timeout: 99 } }],
    ['actions/new', { exec, limits: { memory: 1e9 } }],
    ['actions/new', { exec, limits: { logs: -1 } }],
    ['actions/new', { exec, limits: { concurrency: 0 } }],
    ['actions/new', { exec, publish: 'yes' }],
    ['actions/new', { exec, version: 'one' }],
    ['actions/new', {}],
    ['packages/new', { binding: 'a' }],
    ['packages/new', { binding: { name: 1 } }],
    ['packages/new', { publish: 1 }],
    ['triggers/new', { parameters: [1] }],
    ['rules/new', { trigger: '/_/tick' }],
    ['rules/new', { trigger: 1, action: '/_/echo' }],
    ['rules/new', { trigger: '/_/none', action: '/_/echo' }],
    ['rules/new', { trigger: 'tick', action: '/_/echo' }],
  ])('of %s with wrong members is refused: %j', async (path, body) => {
    expectRefused(await send('PUT', path, JSON.stringify(body)), 400);
    expect((await standalone.guest.call('GET', path)).status).toBe(404);
  });

  it('of another type than JSON is refused, and none needs no type', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expectRefused(await send('PUT', 'triggers/new', '{}', { 'Content-Type': type }), 415);
    expectRefused(await send('PUT', 'triggers/new', '{}', { 'Content-Type': undefined }), 415);
    const none = await standalone.guest.call('POST', 'actions/echo?blocking=true&result=true');
    expect(none).toMatchObject({ status: 200, text: '{}' });
  });

  it('that is too large is refused, whatever it is for', async () => {
    const long = 'x'.repeat(mebibyte);
    await withBystander(standalone, async () => {
      for (const path of posts)
        expectRefused(await send('POST', path, JSON.stringify({ long })), 413);
      const parameters = [{ key: 'long', value: long }];
      for (const path of puts.slice(0, 3)) {
        expectRefused(await send('PUT', path, JSON.stringify({ exec, parameters })), 413);
      }
      const web = await send('POST', '/api/v1/web/guest/default/page', JSON.stringify({ long }));
      expect(web.status).toBe(413);
    });
  });

  it('with 100,000 members is taken or refused, and delays nobody', async () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `k${String(index)}`);
    await withBystander(standalone, async () => {
      const args = `{${keys.map((key) => `"${key}":1`).join(',')}}`;
      // 100,000 short members are longer than arguments may be.
      expectRefused(await send('POST', posts[0] ?? '', args), 413);
      const fewer = `{${keys
        .slice(0, 80_000)
        .map((key) => `"${key}":1`)
        .join(',')}}`;
      const invoked = await send('POST', 'actions/echo?blocking=true&result=true', fewer);
      expect(invoked).toMatchObject({ status: 200, text: fewer });

      const parameters = keys.map((key) => ({ key, value: 1 }));
      const created = await send('PUT', 'actions/many', JSON.stringify({ exec, parameters }));
      expect(created.status).toBe(200);
      // All of them together are longer than a result may be.
      const all = await send('POST', 'actions/many?blocking=true&result=true', '{}');
      expect(all.status).toBe(502);
      expect(all.object()).toEqual({ error: expect.stringContaining('1048576') });
      expect((await standalone.guest.call('DELETE', 'actions/many')).status).toBe(200);
    });
  });

  it('may name the same member twice: the last one counts', async () => {
    const twice =
      '{"publish":true,"publish":false,"parameters":[{"key":"a","value":1},{"key":"a","value":2}]}';
    const created = await send('PUT', 'packages/twice', twice);
    expect(created.object()).toMatchObject({ publish: false });
    expect(created.object()['parameters']).toEqual([{ key: 'a', value: 2 }]);
  });

  it('changes nothing by a member `__proto__`', async () => {
    const body =
      '{"__proto__":{"publish":true,"version":"9.9.9"},"constructor":{"prototype":{"x":1}}}';
    const created = await send('PUT', 'packages/plain', body);
    expect(created.object()).toMatchObject({ publish: false, version: '0.0.1' });
    expect({}).not.toHaveProperty('x');
    expect({}).not.toHaveProperty('publish');
  });

  it('keeps every number as it was written', async () => {
    const numbers = '[9007199254740993,0.1000000000000000055,1e400,-0,1.0]';
    const parameters = `[{"key":"numbers","value":${numbers}}]`;
    const body = `{"exec":${JSON.stringify(exec)},"parameters":${parameters}}`;
    expect((await send('PUT', 'actions/numbers?overwrite=true', body)).status).toBe(200);
    const shown = await standalone.guest.call('GET', 'actions/numbers?code=false');
    expect(shown.text).toContain('9007199254740993');
    const args = '{"more":18446744073709551615}';
    const invoked = await send('POST', 'actions/numbers?blocking=true&result=true', args);
    expect(invoked.text).toContain('9007199254740993');
    expect(invoked.text).toContain('18446744073709551615');
  });
});
