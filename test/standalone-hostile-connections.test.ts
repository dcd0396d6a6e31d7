import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guest as guestModule } from './support/guests.js';
import { openConnection, requestBytes, startCall } from './support/raw-http.js';
import { withBystander } from './support/standalone-bystander.js';
import { startTestStandalone, type TestStandalone } from './support/standalone.js';
import { callApi, guestKey, toBasic } from './support/standalone-client.js';

/* Callers that lie about lengths, stop half-way, flood, or are somebody else. */

const list = '/api/v1/namespaces/_/actions';
const invoke = '/api/v1/namespaces/_/actions/echo?blocking=true&result=true';
const authorized = { Authorization: toBasic(guestKey) };

let standalone: TestStandalone;
beforeAll(async () => {
  standalone = await startTestStandalone({ 'server.requestTimeoutMs': 1000 });
  expect((await standalone.guest.putAction('echo', guestModule('echo'))).status).toBe(200);
  const web = { annotations: [{ key: 'web-export', value: true }] };
  expect((await standalone.guest.putAction('page', guestModule('echo'), web)).status).toBe(200);
});
afterAll(async () => {
  await standalone.shutDown();
});

/** Sends bytes as they are, and gives the status of the answer; `undefined` when there is none. */
async function sendRaw(bytes: string | Buffer): Promise<number | undefined> {
  const connection = openConnection(standalone.port);
  connection.socket.write(bytes);
  try {
    return (await connection.next()).status;
  } catch {
    return undefined;
  } finally {
    connection.socket.destroy();
  }
}

const host = (): string => `Host: 127.0.0.1:${String(standalone.port)}\r\n`;
const credentials = `Authorization: ${toBasic(guestKey)}\r\n`;
const json = 'Content-Type: application/json\r\n';

describe('requests that are not as they should be', () => {
  it.each([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} '],
    ['the same length twice', 'Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}'],
    ['two lengths in one', 'Content-Length: 2, 3\r\n\r\n{} '],
    [
      'a length and pieces',
      'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    ],
    ['a negative length', 'Content-Length: -2\r\n\r\n{}'],
    ['a length in hex', 'Content-Length: 0x2\r\n\r\n{}'],
    ['an endless length', `Content-Length: ${'9'.repeat(40)}\r\n\r\n{}`],
    ['a piece with a wrong size', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'],
    ['a folded header', 'X-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}'],
    ['a header without a name', ': 1\r\nContent-Length: 2\r\n\r\n{}'],
    ['a zero byte in a header', 'X-A: \u0000\r\nContent-Length: 2\r\n\r\n{}'],
    ['10,000 headers', `${'X-A: 1\r\n'.repeat(10_000)}Content-Length: 2\r\n\r\n{}`],
    ['a header of a mebibyte', `X-A: ${'a'.repeat(1024 * 1024)}\r\nContent-Length: 2\r\n\r\n{}`],
  ])('with %s are refused', async (_what, rest) => {
    await withBystander(standalone, async () => {
      const bytes = `POST ${invoke} HTTP/1.1\r\n${host()}${credentials}${json}${rest}`;
      const status = await sendRaw(bytes);
      expect([undefined, 400, 413, 431]).toContain(status);
    });
  });

  it.each([
    ['nothing of HTTP', 'hello\r\n\r\n'],
    ['a handshake of TLS', Buffer.from('16030100c8010000c40303', 'hex')],
    ['a preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['another version', 'GET / HTTP/3.0\r\n\r\n'],
    ['no host', `GET ${list} HTTP/1.1\r\n\r\n`],
    ['a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n'],
    ['an echo of credentials', `TRACE / HTTP/1.1\r\nHost: localhost\r\n${credentials}\r\n`],
  ])('%s gets no answer, or a refusal', async (_what, bytes) => {
    await withBystander(standalone, async () => {
      expect([undefined, 400, 404, 405, 501, 505]).toContain(await sendRaw(bytes));
    });
  });

  it('that end before their body does harm nobody', async () => {
    const bytes = requestBytes(standalone.port, {
      path: invoke,
      headers: authorized,
      body: JSON.stringify({ text: 'x'.repeat(500_000) }),
    });
    await withBystander(standalone, async () => {
      for (let index = 0; index < 20; index += 1) {
        const { socket, closed } = openConnection(standalone.port);
        await new Promise<void>((resolve) => {
          socket.write(bytes.subarray(0, 1 + index * 20_000), () => {
            resolve();
          });
        });
        if (index % 2 === 0) socket.resetAndDestroy();
        else socket.end();
        await closed;
      }
    });
  });

  it('that stop half-way are ended after the time for requests', async () => {
    const bytes = requestBytes(standalone.port, { path: invoke, headers: authorized, body: '{}' });
    await withBystander(standalone, async () => {
      for (const cut of [40, bytes.length - 1]) {
        const connection = openConnection(standalone.port);
        connection.socket.write(bytes.subarray(0, cut));
        expect((await connection.next()).status).toBe(408);
        await connection.closed;
      }
    });
  });

  it('that come byte by byte are taken', async () => {
    const connection = openConnection(standalone.port);
    const bytes = requestBytes(standalone.port, {
      path: invoke,
      headers: authorized,
      body: '{"a":1}',
    });
    for (const byte of bytes)
      await new Promise<void>((resolve) => {
        connection.socket.write(Buffer.from([byte]), () => {
          resolve();
        });
      });
    const answer = await connection.next();
    expect(answer).toMatchObject({ status: 200, text: '{"a":1}' });
    connection.socket.destroy();
  });

  it('whose callers are gone are recorded all the same', async () => {
    await standalone.guest.putAction('sleep', guestModule('sleep'));
    const path = '/api/v1/namespaces/_/actions/sleep?blocking=true';
    const calls = Array.from({ length: 5 }, (_, index) =>
      startCall(standalone.port, {
        path,
        headers: authorized,
        body: JSON.stringify({ ms: 300, index }),
      }),
    );
    await expect.poll(() => standalone.standalone.running, { timeout: 15_000 }).toBe(5);
    for (const call of calls) call.drop();
    const count = async () =>
      (await standalone.guest.call('GET', 'activations?name=sleep&count=true')).object();
    await expect.poll(count, { timeout: 15_000 }).toEqual({ activations: 5 });
    expect(standalone.standalone.running).toBe(0);
  });
});

describe('callers', () => {
  const key = guestKey.slice(guestKey.indexOf(':') + 1);
  const uuid = guestKey.slice(0, guestKey.indexOf(':'));
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a scheme alone', 'Basic'],
    ['no base64', 'Basic !!!!'],
    ['no colon', basic('guest')],
    ['no key', basic(`${uuid}:`)],
    ['no user', basic(`:${key}`)],
    ['another key', basic(`${uuid}:${'x'.repeat(64)}`)],
    ['a shorter key', basic(`${uuid}:${key.slice(0, -1)}`)],
    ['a longer key', basic(`${uuid}:${key}x`)],
    ['a key in capitals', basic(`${uuid}:${key.toUpperCase()}`)],
    ['a line break behind the key', basic(`${uuid}:${key}\n`)],
    ['the key in plain', `Basic ${guestKey}`],
    ['another scheme', `Bearer ${Buffer.from(guestKey).toString('base64')}`],
    ['bytes that are no text', `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`],
    ['a long text', basic(`${'u'.repeat(3000)}:${'k'.repeat(3000)}`)],
  ])(
    'with %s for credentials are told how to identify themselves',
    async (_what, Authorization) => {
      for (const [method, path] of [
        ['GET', list],
        ['GET', '/api/v1/namespaces'],
        ['POST', invoke],
        ['DELETE', `${list}/echo`],
      ] as const) {
        const answer = await callApi(standalone.url, { method, path, headers: { Authorization } });
        expect(answer.status, answer.text).toBe(401);
        expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/);
        expect(answer.object()).toEqual({ error: expect.any(String), code: expect.any(String) });
        expect(answer.text).not.toContain(key);
      }
      // Web actions are open: credentials that are wrong count as none.
      const web = await callApi(standalone.url, {
        method: 'GET',
        path: '/api/v1/web/guest/default/page.json',
        headers: { Authorization },
      });
      expect(web.status).toBe(200);
      expect(web.object()).not.toHaveProperty('__ow_user');
    },
  );

  it.each([
    ['a foreign page', { Origin: 'https://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a page on another port', { Origin: 'http://127.0.0.1:1' }],
    ['a name rebound to our address', { Host: 'evil.example' }],
    ['a name that begins like ours', { Host: 'localhost.evil.example' }],
  ])('that are %s may not use the REST API', async (_what, headers) => {
    for (const [method, path] of [
      ['GET', list],
      ['POST', invoke],
      ['GET', '/api/v1'],
    ] as const) {
      const answer = await callApi(standalone.url, {
        method,
        path,
        headers: { ...authorized, ...headers },
      });
      expect(answer.status, answer.text).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('that are pages may use web actions, and read what they answer', async () => {
    const answer = await callApi(standalone.url, {
      method: 'GET',
      path: '/api/v1/web/guest/default/page.json?a=1',
      headers: { Origin: 'https://evil.example' },
    });
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': '*' } });
    expect(answer.object()).toMatchObject({ a: '1' });
  });

  it('may send long queries, but not endless ones', async () => {
    await withBystander(standalone, async () => {
      for (const [length, statuses] of [
        [7000, [200]],
        [9000, [414]],
        [200_000, [414, 431]],
      ] as const)
        for (const query of [`a=${'x'.repeat(length)}`, 'a=1&'.repeat(length / 4)]) {
          const path = `/api/v1/web/guest/default/page.json?${query}`;
          const answer = await callApi(standalone.url, { method: 'GET', path });
          expect(statuses, answer.text.slice(0, 200)).toContain(answer.status);
        }
    });
  });
});
