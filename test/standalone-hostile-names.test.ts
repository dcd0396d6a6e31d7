import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guest as guestModule } from './support/guests.js';
import { withBystander } from './support/standalone-bystander.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';
import { callApi, guestKey, toBasic, type ApiAnswer } from './support/standalone-client.js';

/* Names that mean something to a file system, a decoder or JavaScript. */

const exec = { kind: 'wasm:0.1', code: guestModule('echo').toString('base64') };
const root = '/api/v1/namespaces/_';

let standalone: TestStandalone;
beforeAll(async () => {
  standalone = await startTestStandalone();
  await standalone.guest.call('PUT', 'triggers/base', {});
  await standalone.guest.putAction('base', guestModule('echo')).then(async ({ status }) => {
    // All kinds of entities share their names.
    expect(status).toBe(409);
    await standalone.guest.putAction('work', guestModule('echo'));
  });
});
afterAll(async () => {
  await standalone.shutDown();
});

const call = (method: string, path: string, body?: string): Promise<ApiAnswer> =>
  callApi(standalone.url, {
    method,
    path,
    body,
    headers: {
      Authorization: toBasic(guestKey),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
  });

/** A refusal that says why, and comes from no accident. */
function expectRefused(answer: ApiAnswer): void {
  expect([400, 404, 405], answer.text).toContain(answer.status);
  expect(answer.object()).toEqual({
    error: expect.stringMatching(/./),
    code: answer.headers['x-request-id'],
  });
  expect(answer.text).not.toMatch(/node_modules|\.ts:|\.js:/);
}

const badNames = [
  ['dots', '..'],
  ['encoded dots', '%2e%2e'],
  ['a path to a file', '%2e%2e%2f%2e%2e%2fetc%2fpasswd'],
  ['a path in plain', '../../../../etc/passwd'],
  ['a backslash', '..%5c..%5cboot.ini'],
  ['a zero byte', '%00'],
  ['a zero byte inside', 'a%00b'],
  ['line breaks', 'a%0d%0aSet-Cookie:%20b=c'],
  ['257 characters', 'a'.repeat(257)],
  ['5,000 characters', 'a'.repeat(5000)],
  ['a leading blank', '%20a'],
  ['a trailing blank', 'a%20'],
  ['a leading dot', '.a'],
  ['a leading dash', '-a'],
  ['an encoded slash', 'a%2fb'],
  ['a twice encoded slash', 'a%252fb'],
  ['an overlong slash', 'a%c0%afb'],
  ['bytes that are no UTF-8', '%ff%fe'],
  ['half a surrogate', '%ed%a0%80'],
  ['another alphabet', '%d0%b0dd'],
  ['a smiley', '%f0%9f%92%a9'],
  ['half an escape', 'a%2'],
  ['no escape', 'a%zz'],
  ['a semicolon', 'a;b'],
  ['quotes', "a'or'1'='1"],
  ['markup', '%3Cscript%3E'],
] as const;

describe('a name with', () => {
  it.each(badNames)('%s is refused wherever a name may stand', async (_what, name) => {
    await withBystander(standalone, async () => {
      for (const place of [
        'actions',
        'packages',
        'triggers',
        'rules',
        'actions/pkg',
        'activations',
      ])
        for (const method of ['GET', 'PUT', 'DELETE', 'POST']) {
          const body = method === 'PUT' || method === 'POST' ? JSON.stringify({ exec }) : undefined;
          expectRefused(await call(method, `${root}/${place}/${name}`, body));
        }
      expectRefused(await call('GET', `${root}/actions/${name}/inside`));
      const foreign = await call('GET', `/api/v1/namespaces/${name}/actions`);
      expect([400, 403, 404], foreign.text).toContain(foreign.status);
      for (const path of [`web/guest/${name}/a`, `web/guest/default/${name}`, `web/${name}/b/a`]) {
        const web = await call('GET', `/api/v1/${path}`);
        expect([400, 404], web.text).toContain(web.status);
      }
    });
  });

  it.each(badNames)('%s is refused inside of bodies', async (_what, name) => {
    // Text that cannot be decoded stands for itself in a body.
    const plain = name.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(parseInt(hex, 16)),
    );
    const put = (path: string, value: object) =>
      call('PUT', `${root}/${path}`, JSON.stringify(value));
    const answers = [
      await put('actions/seq', { exec: { kind: 'sequence', components: [`/_/${plain}`] } }),
      await put('rules/bad', { trigger: `/_/${plain}`, action: '/_/work' }),
      await put('rules/bad', { trigger: '/_/base', action: `/_/${plain}` }),
      await put('packages/bad', { binding: { namespace: '_', name: plain } }),
      await put('packages/bad', { binding: { namespace: plain, name: 'open' } }),
    ];
    for (const answer of answers) {
      expect([400, 403, 404], answer.text).toContain(answer.status);
      expect(answer.object()).toHaveProperty('code');
    }
  });
});

const goodNames = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'a'.repeat(256),
  'a b',
  'first.last@place&more-x',
  '0',
] as const;

describe('the name', () => {
  it.each(goodNames)('%s is one like any other', async (name) => {
    const encoded = encodeURIComponent(name);
    for (const [collection, fields] of [
      ['actions', { exec }],
      ['packages', {}],
      ['triggers', {}],
      ['rules', { trigger: '/_/base', action: '/_/work' }],
    ] as const) {
      const path = `${root}/${collection}/${encoded}`;
      expect((await call('GET', path)).status).toBe(404);
      expect((await call('DELETE', path)).status).toBe(404);
      const created = await call('PUT', path, JSON.stringify(fields));
      expect(created.status, created.text).toBe(200);
      expect(created.object()).toMatchObject({ name, namespace: 'guest', version: '0.0.1' });
      const listed = (await call('GET', `${root}/${collection}`)).json() as { name: string }[];
      expect(listed.map((item) => item.name)).toContain(name);
      if (collection === 'actions') {
        const invoked = await call('POST', `${path}?blocking=true`, '{"a":1}');
        expect(invoked.object()).toMatchObject({ name, response: { result: { a: 1 } } });
      }
      expect((await call('DELETE', path)).status).toBe(200);
      expect((await call('GET', path)).status).toBe(404);
    }
  });

  it.each(goodNames)('%s serves inside of a package, too', async (name) => {
    const encoded = encodeURIComponent(name);
    expect((await call('PUT', `${root}/packages/${encoded}`, '{}')).status).toBe(200);
    const path = `${root}/actions/${encoded}/${encoded}`;
    expect((await call('PUT', path, JSON.stringify({ exec }))).status).toBe(200);
    const invoked = await call('POST', `${path}?blocking=true&result=true`, '{"a":1}');
    expect(invoked.text).toBe('{"a":1}');
    expect((await call('DELETE', `${root}/packages/${encoded}?force=true`)).status).toBe(200);
    expect((await call('GET', path)).status).toBe(404);
  });

  it('`default` is no name of a package', async () => {
    expect((await call('PUT', `${root}/packages/default`, '{}')).status).toBe(400);
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    '%s finds no user and no namespace',
    async (name) => {
      const headers = { Authorization: toBasic(`${name}:${name}`) };
      const asked = await callApi(standalone.url, {
        method: 'GET',
        path: '/api/v1/namespaces',
        headers,
      });
      expect(asked.status).toBe(401);
      expect((await call('GET', `/api/v1/namespaces/${name}/actions`)).status).toBe(403);
      expect((await call('GET', `/api/v1/web/${name}/default/work`)).status).toBe(404);
      expect((await call('GET', `/apis/${name}/${name}`)).status).toBe(404);
    },
  );

  it.each(['__proto__', 'constructor'])('%s passes through as a parameter', async (name) => {
    const parameters = [{ key: name, value: { polluted: true } }];
    const fields = { exec, parameters, annotations: [{ key: name, value: 1 }] };
    const path = `${root}/actions/carrier?overwrite=true`;
    expect((await call('PUT', path, JSON.stringify(fields))).status).toBe(200);
    const shown = (await call('GET', `${root}/actions/carrier`)).object();
    expect(shown['parameters']).toEqual(parameters);
    expect(shown['annotations']).toContainEqual({ key: name, value: 1 });
    const invoke = `${root}/actions/carrier?blocking=true&result=true`;
    expect((await call('POST', invoke, '{}')).text).toBe(`{"${name}":{"polluted":true}}`);
    expect((await call('POST', invoke, `{"${name}":5}`)).text).toBe(`{"${name}":5}`);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
