import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { management, toBody } from './gateway-fixture.js';
import { constantGuest, openWebFixture, type WebAnswer, type WebFixture } from './web-fixture.js';

/* What a web action's answer says to a browser, whatever the action sets. */

const web = '/api/v1/web/guest/default';

/** Base64 of `<script>`, which is also a text: every type takes it. */
const markup = 'PHNjcmlwdD4=';

/** The first ones are documents, the middle ones are what browsers guess about, the last are others. */
const types = [
  'text/html',
  'image/svg+xml',
  'application/xhtml+xml',
  'text/xml',
  'multipart/x-mixed-replace; boundary=x',
  'multipart/mixed',
  'multipart/related',
  '*/*',
  'unknown/unknown',
  'application/unknown',
  'application/x-unknown-content-type',
  'x/y',
  'text/x-anything',
  'message/rfc822',
  'application/octet-stream',
  'application/pdf',
  'application/x-shockwave-flash',
  'application/javascript',
  'text/javascript',
  'text/plain',
  'text/css',
  'text/vtt',
  'application/json',
  'image/png',
  'video/mp4',
  'application/wasm',
];

let whisk: WebFixture;

beforeAll(async () => {
  whisk = await openWebFixture();
});

afterAll(async () => {
  await whisk.close();
});

async function answerOf(result: unknown, fixture = whisk, extension = 'http'): Promise<WebAnswer> {
  await fixture.deploy('answer', await constantGuest(JSON.stringify(result)));
  return fixture.request(`${web}/answer.${extension}`);
}

/** Several headers of the name come joined. */
function policiesOf({ headers }: WebAnswer): readonly string[] {
  return String(headers['content-security-policy'] ?? '').split(', ');
}

function expectApart(answer: WebAnswer): void {
  const [policy = ''] = policiesOf(answer);
  expect(policy).toMatch(/^sandbox( allow-[a-z-]+)+$/);
  expect(policy).not.toContain('allow-same-origin');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
}

describe('an answer of a web action', () => {
  it.each(types)('of type %s is kept apart from the origin', async (type) => {
    const answer = await answerOf({ headers: { 'content-type': type }, body: markup });
    expect(answer.status).toBe(200);
    expectApart(answer);
  });

  it.each([
    ['without a type', { body: '<script>' }],
    ['without a body', { statusCode: 204 }],
    ['that is JSON', { body: { a: '<script>' } }],
    ['that redirects', { statusCode: 302, headers: { location: '/' } }],
    ['of an error of the action', { error: { statusCode: 500, body: '<script>' } }],
    ['that cannot be one', { statusCode: 1 }],
    ['with an empty type', { headers: { 'content-type': '' }, body: '<script>' }],
  ])('%s is kept apart from the origin', async (_title, result) => {
    expectApart(await answerOf(result));
  });

  it.each(['html', 'svg', 'json', 'text'])('by .%s is kept apart', async (extension) => {
    expectApart(await answerOf({ body: '<script>' }, whisk, extension));
  });

  it('that is refused is kept apart too, by both doors', async () => {
    for (const path of [`${web}/missing`, '/apis/guest/missing', '/apis/guest'])
      expectApart(await whisk.request(path));
    await whisk.deploy('secured', await constantGuest('{}'), {
      annotations: { 'require-whisk-auth': true },
    });
    expectApart(await whisk.request(`${web}/secured`));
    expectApart(await whisk.request(`${web}/secured`, { method: 'OPTIONS' }));
  });

  it('by the gateway is kept apart', async () => {
    await whisk.deploy(
      'called',
      await constantGuest('{"headers":{"set-cookie":"a=1; Path=/"},"body":"<script>"}'),
    );
    const created = await whisk.request(`${management}/createApi.http?responsetype=http`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      authKey: whisk.guestKey,
      body: JSON.stringify(toBody('/base', '/path', 'GET', 'called')),
    });
    expect(created.status, created.text).toBe(200);
    const answer = await whisk.request('/apis/guest/base/path');
    expect([answer.status, answer.text]).toEqual([200, '<script>']);
    expectApart(answer);
    expect(answer.headers['set-cookie']).toEqual(['a=1; Path=/apis/guest/']);
  });

  it("keeps the action's own policies beside ours, however they are written", async () => {
    for (const name of ['content-security-policy', 'Content-Security-Policy']) {
      const own = ["default-src 'none'", 'sandbox allow-scripts allow-same-origin'];
      const answer = await answerOf({ headers: { [name]: own }, body: 'x' });
      expectApart(answer);
      expect(policiesOf(answer).slice(1)).toEqual(own);
    }
    const joined = await answerOf({
      headers: { 'content-security-policy': 'sandbox allow-same-origin,' },
      body: 'x',
    });
    expectApart(joined);
  });

  it('cannot ask for guessing', async () => {
    for (const value of ['', 'sniff', ['a', 'nosniff'], 'x, nosniff'])
      expectApart(await answerOf({ headers: { 'X-Content-Type-Options': value }, body: 'x' }));
  });

  it('has no headers that hold for the whole origin', async () => {
    const headers = Object.fromEntries(
      [
        'Accept-CH',
        'Accept-CH-Lifetime',
        'Alt-Svc',
        'Clear-Site-Data',
        'Critical-CH',
        'Expect-CT',
        'NEL',
        'Origin-Agent-Cluster',
        'Origin-Isolation',
        'Public-Key-Pins',
        'Public-Key-Pins-Report-Only',
        'Report-To',
        'Secure-Session-Challenge',
        'Secure-Session-Registration',
        'Sec-Session-Challenge',
        'Sec-Session-Registration',
        'Service-Worker-Allowed',
        'Set-Login',
        'Shared-Storage-Write',
        'Strict-Transport-Security',
        'Use-As-Dictionary',
      ].map((name) => [name, '*']),
    );
    const answer = await answerOf({ headers: { ...headers, 'x-kept': 'yes' }, body: 'x' });
    expect(answer.status).toBe(200);
    expect(answer.headers['x-kept']).toBe('yes');
    for (const name of Object.keys(headers))
      expect(answer.headers).not.toHaveProperty(name.toLowerCase());
  });

  it('keeps the headers that hold for itself', async () => {
    const headers = {
      link: '</style.css>; rel=preload; as=style',
      refresh: '5',
      'reporting-endpoints': 'main="/reports"',
      'permissions-policy': 'camera=()',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'max-age=60',
    };
    expect((await answerOf({ headers, body: 'x' })).headers).toMatchObject(headers);
  });

  it.each([
    ['a=1', 'a=1'],
    ['a=1; HttpOnly; Secure; SameSite=Strict', 'a=1; HttpOnly; Secure; SameSite=Strict'],
    ['a=1; Path=/', 'a=1; Path=/api/v1/web/guest/'],
    ['a=1; path = "/" ; HttpOnly', 'a=1; HttpOnly; Path=/api/v1/web/guest/'],
    ['a=1;PATH=/page', 'a=1; Path=/api/v1/web/guest/'],
    ['a=1; Path=/api/v1/web/guest', 'a=1; Path=/api/v1/web/guest/'],
    ['a=1; Path=/api/v1/web/guestbook/', 'a=1; Path=/api/v1/web/guest/'],
    ['a=1; Path=/api/v1/web/guest/p/a', 'a=1; Path=/api/v1/web/guest/p/a'],
    // The last one counts in browsers.
    [
      'a=1; Path=/api/v1/web/guest/p; Path=/',
      'a=1; Path=/api/v1/web/guest/p; Path=/api/v1/web/guest/',
    ],
    ['a=1; Path=', 'a=1; Path=/api/v1/web/guest/'],
    ['a=1; Path', 'a=1; Path=/api/v1/web/guest/'],
    ['a=1; Domain=localhost', 'a=1'],
    ['a=1; DOMAIN = .example.com; Max-Age=1', 'a=1; Max-Age=1'],
    ['a=Path=/; Max-Age=1', 'a=Path=/; Max-Age=1'],
  ])('sets the cookie %j as %j', async (given, sent) => {
    const { headers } = await answerOf({ headers: { 'Set-Cookie': given }, body: 'x' });
    expect(headers['set-cookie']).toEqual([sent]);
  });

  it('is not kept apart where the operator wants it so, and is not guessed about either', async () => {
    const open = await openWebFixture({ 'api.webSandbox': 'false' });
    onTestFinished(() => open.close());
    const own = "default-src 'none'";
    const answer = await answerOf(
      {
        headers: {
          'content-security-policy': own,
          'clear-site-data': '"*"',
          'set-cookie': 'a=1; Path=/',
        },
        body: 'x',
      },
      open,
    );
    expect(policiesOf(answer)).toEqual([own]);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers).not.toHaveProperty('clear-site-data');
    expect(answer.headers['set-cookie']).toEqual(['a=1; Path=/api/v1/web/guest/']);
  });
});
