import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  codeOf,
  constantGuest,
  echoGuest,
  openWebFixture,
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

/** Sends bytes as they are, and waits until the other side closes. */
function converse(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const socket = connect(whisk.port, '127.0.0.1', () => {
      socket.write(text, 'latin1');
    });
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('end', () => {
      resolve(Buffer.concat(pieces).toString('latin1'));
    });
    socket.on('error', reject);
  });
}

/** A request, and behind it one that shows whether the connection still means what we think. */
function withProbe(request: string): string {
  return `${request}GET ${web}/echo?body=probe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
}

function get(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
}

/** The statuses of all answers of a conversation. */
function statusesOf(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map((match) => Number(match[1]));
}

describe('what an action says of the connection', () => {
  it.each<[string, unknown, number]>([
    ['a length that is too short', { headers: { 'Content-Length': 1 }, body: 'long body' }, 200],
    ['a length that is too long', { headers: { 'content-length': '999' }, body: 'x' }, 200],
    ['two lengths', { headers: { 'content-length': [1, 2] }, body: 'x' }, 200],
    ['chunks that are none', { headers: { 'Transfer-Encoding': 'chunked' }, body: 'x' }, 200],
    ['its end', { headers: { Connection: 'close' }, body: 'x' }, 200],
    ['another protocol', { headers: { Upgrade: 'h2c', Connection: 'upgrade' }, body: 'x' }, 200],
    ['trailers', { headers: { Trailer: 'x-a', TE: 'trailers' }, body: 'x' }, 200],
    ['a body of no content', { statusCode: 204, body: 'HTTP/1.1 200 OK\r\n\r\n' }, 204],
    [
      'a body of not modified',
      { statusCode: 304, headers: { 'content-length': 3 }, body: 'x' },
      304,
    ],
    ['an answer in a header', { headers: { a: 'b\r\n\r\nHTTP/1.1 200 OK' }, body: 'x' }, 400],
    ['a line feed in a header', { headers: { a: 'b\nc: d' }, body: 'x' }, 400],
    ['an early answer', { statusCode: 100 }, 400],
    ['a switch of protocols', { statusCode: 101, headers: { upgrade: 'x' } }, 400],
  ])('is not obeyed: %s', async (_title, result, status) => {
    await whisk.deploy('framing', await constantGuest(JSON.stringify(result)));
    const text = await converse(withProbe(get(`${web}/framing`)));
    expect(statusesOf(text)).toEqual([status, 200]);
    expect(text).toMatch(/\r\n\r\nprobe$/);
    expect(text.match(/content-length:/gi)).toHaveLength(status === 204 || status === 304 ? 1 : 2);
    expect(text).not.toMatch(/transfer-encoding:|upgrade:|trailer:/i);
  });

  it('survives thousands of headers', async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`x-${String(index)}`, 'v']),
    );
    await whisk.deploy('many', await constantGuest(JSON.stringify({ headers, body: 'x' })));
    const text = await converse(withProbe(get(`${web}/many`)));
    expect(statusesOf(text)).toEqual([200, 200]);
    expect(text).toContain('\r\nx-1999: v\r\n');
  });
});

describe('what a client sends', () => {
  it('reaches an action with names that other objects have by birth', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__'];
    const query = names.map((name) => `${name}=1`).join('&');
    const answer = await whisk.request(`${web}/echo.json?${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', constructor: 'x' },
      body: '{"prototype":1,"__proto__":{"polluted":true}}',
    });
    expect(answer.status).toBe(200);
    for (const name of names.slice(1)) expect(answer.text).toContain(`"${name}": "1"`);
    expect(answer.text).toContain('"polluted": true');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('may name a member twice: the last counts', async () => {
    const answer = await whisk.request(`${web}/echo.json?a=1&a=2`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"b":1,"b":2,"\\u0061":3}',
    });
    const { a, b } = JSON.parse(answer.text) as Record<string, unknown>;
    expect([a, b, answer.text.match(/"a":/g)?.length]).toEqual([3, 2, 1]);
  });

  it.each([
    ['a bad escape in the query', '/echo.json?a=%zz', 'WW_ERR_API_QUERY'],
    ['half an escape in the query', '/echo.json?a=%e2%9', 'WW_ERR_API_QUERY'],
    ['an escape of no text in the query', '/echo.json?%c3%28=1', 'WW_ERR_API_QUERY'],
    ['a bad escape in the path', '/echo%zz.json', 'WW_ERR_API_REQUEST'],
    ['a bad escape in the rest of the path', '/echo.json/%', 'WW_ERR_API_REQUEST'],
    ['a reserved name behind an escape', '/echo.json?%5F_ow_body=1', 'WW_ERR_WEB_RESERVED'],
    ['a reserved name twice', '/echo.json?__ow_body=1&__ow_body=2', 'WW_ERR_WEB_RESERVED'],
  ])('is refused with 400: %s', async (_title, path, code) => {
    const answer = await whisk.request(`${web}${path}`);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(JSON.parse(answer.text)).toEqual({
      error: expect.any(String),
      code: answer.headers['x-request-id'],
    });
  });

  it.each<[string, string, string | Buffer]>([
    ['JSON in UTF-16', 'application/json; charset=utf-16', Buffer.from('{"a":1}', 'utf16le')],
    ['JSON in Latin-1', 'application/json', Buffer.from('{"a":"é"}', 'latin1')],
    ['JSON behind two byte order marks', 'application/json', '\ufeff\ufeff{"a":1}'],
    ['JSON that is deep', 'application/json', '{"a":'.repeat(100_000)],
    ['JSON that is cut off', 'application/json', '{"a":[1,'],
    ['JSON of another dialect', 'application/json', "{a:1,'b':NaN}"],
    ['a form with bad escapes', 'application/x-www-form-urlencoded', 'a=%ff'],
    ['text that is no UTF-8', 'text/plain', Buffer.from([0xc3, 0x28])],
  ])('is refused with 400: %s', async (_title, type, body) => {
    const answer = await whisk.request(`${web}/echo.json`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'WW_ERR_API_BODY']);
  });

  it('is too long for a path', async () => {
    const answer = await whisk.request(`${web}/echo.json?a=${'x'.repeat(9000)}`);
    expect([answer.status, codeOf(answer)]).toEqual([414, 'WW_ERR_API_URI_TOO_LONG']);
  });

  it('is a query of as many names as fit', async () => {
    const query = Array.from({ length: 1000 }, (_, index) => `n${String(index)}`).join('&');
    const answer = await whisk.request(`${web}/echo.json?${query}`);
    expect(JSON.parse(answer.text)).toMatchObject({ n0: '', n999: '' });
  });

  it('is a body of a whole mebibyte, of whatever it likes', async () => {
    const bytes = Buffer.alloc(1024 * 1024, 0xfe);
    const answer = await whisk.request(`${web}/raw.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    // As base64 it is longer than a result may be.
    expect([answer.status, codeOf(answer)]).toEqual([400, 'WW_ERR_WEB_ACTION']);
    const id = String(answer.headers['x-openwhisk-activation-id']);
    const record = whisk.services.storage.activations.find('guest', id);
    expect(record?.statusCode).toBe(1);
    expect(record?.resultJson).toContain('exceeded the allowed length');
    const text = await whisk.request(`${web}/raw.text`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '"'.repeat(200_000),
    });
    // It was run, and gives back no member that is a text of its own.
    expect(text.status).toBe(404);
    expect(text.headers['x-openwhisk-activation-id']).toBeDefined();
  });

  it('is a content type that cannot be read', async () => {
    const answer = await whisk.request(`${web}/echo.json`, {
      method: 'POST',
      headers: { 'content-type': ';;' },
      body: 'x',
    });
    expect([answer.status, codeOf(answer)]).toEqual([415, 'WW_ERR_API_MEDIA_TYPE']);
  });

  it('cannot hide a body behind a GET', async () => {
    const body = get('/api/v1/web/guest/default/echo?body=smuggled');
    const text = await converse(
      withProbe(
        `GET ${web}/raw.json HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
      ),
    );
    expect(statusesOf(text)).toEqual([200, 200]);
    expect(text).toMatch(/\r\n\r\nprobe$/);
  });

  it('is refused in good order when a GET has too much body', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    const chunks = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(20);
    const text = await converse(
      withProbe(
        `GET ${web}/raw.json HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
      ),
    );
    expect(statusesOf(text)).toEqual([413, 200]);
  });

  it('is not let in under a name that is not ours', async () => {
    const answer = await whisk.request(`${web}/echo.json`, { headers: { host: 'evil.example' } });
    expect([answer.status, codeOf(answer)]).toEqual([403, 'WW_ERR_API_FOREIGN']);
  });
});
