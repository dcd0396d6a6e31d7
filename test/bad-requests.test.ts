import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guest } from './support/guests.js';
import { openConnection, requestBytes, type RawAnswer } from './support/raw-http.js';
import { expectNothingMore, expectWell, readResources } from './support/resources.js';
import { startService, type ServiceExecutor } from './support/test-executor.js';

/* Requests of every bad kind over a real socket: a clear error, and the executor goes on. */

const bodyBytesMax = 1024 * 1024;

describe('bad requests', () => {
  let service: ServiceExecutor;

  beforeAll(async () => {
    service = await startService({ config: { server: { bodyBytesMax } } });
    await expectWell(service);
  });

  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  /** Sends bytes on a connection of their own, and gives the one answer. */
  async function send(bytes: string | Buffer): Promise<RawAnswer> {
    const connection = openConnection(service.port);
    connection.socket.write(bytes);
    const answer = await connection.next();
    connection.socket.destroy();
    return answer;
  }

  it.each([
    ['garbage', '\x00\x01\x02 this is no HTTP\r\n\r\n'],
    ['TLS', Buffer.from('160301020001000001fc0303', 'hex').toString('latin1') + '\r\n\r\n'],
    ['a method that does not exist', 'FETCH /start HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a header without an end', 'POST /start HTTP/1.1\r\nHost localhost\r\n\r\n'],
    [
      'two lengths',
      'POST /start HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'a length and chunks',
      'POST /start HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a length that is no number',
      'POST /start HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n',
    ],
    [
      'headers without end',
      `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
    ],
  ])('%s is answered 400 and the connection closed', async (_what, bytes) => {
    const connection = openConnection(service.port);
    connection.socket.write(bytes, 'latin1');
    const answer = await connection.next();
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('connection')).toBe('close');
    expect(answer.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_REQUEST_INVALID');
    expect(answer.json()).toEqual({ error: 'Bad request: it is not valid HTTP.' });
    await connection.closed;
    await expectWell(service);
  });

  it.each([
    ['GET', '/start'],
    ['PUT', '/some-id/init'],
    ['DELETE', '/some-id'],
    ['POST', '/'],
    ['POST', '/some-id/unknown'],
    ['POST', '/some-id/run/further'],
    ['POST', '/health'],
    ['GET', '/../../etc/passwd'],
    ['GET', '/%2e%2e/%2e%2e/etc/passwd'],
    ['POST', '//init'],
    ['GET', '/some-id/logs/unknown'],
    ['OPTIONS', '/start'],
    ['PROPFIND', '/start'],
    ['QUERY', '/start'],
    ['TRACE', '/'],
    ['POST', '/%/init'],
  ])('%s %s is answered 404', async (method, path) => {
    const before = readResources(service);
    const answer = await service.call({ method, path, body: '' });
    expect([answer.status, answer.text]).toEqual([404, '{"error":"Not found."}']);
    expect(answer.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_REQUEST_NOT_FOUND');
    await expectNothingMore(service, before);
  });

  it('an id that is too long is refused at init, and unknown at run', async () => {
    for (const length of [257, 2000, 10_000]) {
      const container = service.container('i'.repeat(length));
      const init = await container.init({ code: guest('echo') });
      expect(init.status).toBe(400);
      expect(init.text).toContain('256');
      const run = await container.run({});
      expect([run.status, run.text]).toEqual([500, '{"error":"no action defined yet"}']);
      expect((await container.post('/destroy', '')).status).toBe(200);
    }
  });

  it.each(['%2e%2e', '..%2f..%2fetc', '%00', 'sp%20ace', '❄'.repeat(10), '__proto__', 'a%0ab'])(
    'the id %s is an id like any other',
    async (id) => {
      const before = readResources(service);
      const container = service.container(encodeURI(id).replaceAll('%25', '%'));
      expect((await container.init({ code: guest('echo') })).text).toBe('{"ok":true}');
      expect((await container.run({ a: 1 })).text).toBe('{"a":1}');
      await container.post('/destroy', '');
      await expectNothingMore(service, before);
    },
  );

  it.each([
    ['without a Host', 'GET /health HTTP/1.1\r\n\r\n', 400],
    ['of an old client', 'GET /health HTTP/1.0\r\n\r\n', 200],
    [
      'that expects what nobody knows',
      'GET /health HTTP/1.1\r\nHost: localhost\r\nExpect: magic\r\n\r\n',
      200,
    ],
    [
      'that would change the protocol',
      'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      200,
    ],
  ])('a request %s gets an answer with a length', async (_what, bytes, status) => {
    const started = (await service.call({ path: '/start' })).json() as { port: number };
    for (const port of [service.port, started.port]) {
      const connection = openConnection(port);
      connection.socket.write(bytes);
      expect((await connection.next()).status).toBe(status);
      connection.socket.destroy();
    }
  });

  it('a request for a tunnel is closed', async () => {
    const connection = openConnection(service.port);
    connection.socket.write('CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await connection.closed;
    await expectWell(service);
  });

  it('a body above the limit is refused before it has arrived', async () => {
    const head = requestBytes(service.port, {
      path: '/big/init',
      headers: { 'Content-Length': String(bodyBytesMax + 1) },
    });
    const answer = await send(head);
    expect(answer.status).toBe(413);
    expect(answer.json()).toEqual({ error: expect.stringContaining(String(bodyBytesMax)) });
    expect(answer.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_REQUEST_TOO_LARGE');
    await expectWell(service);
  });

  it('a body above the limit that does not say so is refused too', async () => {
    const chunk = Buffer.alloc(64 * 1024, 'a');
    const chunks = Array.from({ length: 17 }, () =>
      Buffer.concat([Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n')]),
    );
    const head = requestBytes(service.port, {
      path: '/big/init',
      headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' },
    });
    const answer = await send(Buffer.concat([head, ...chunks, Buffer.from('0\r\n\r\n')]));
    expect(answer.status).toBe(413);
    await expectWell(service);
  });

  it('a chunked body below the limit is taken', async () => {
    const body = JSON.stringify({
      value: { code: guest('echo').toString('base64'), binary: true },
    });
    const head = requestBytes(service.port, {
      path: '/chunked/init',
      headers: { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' },
    });
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect((await send(Buffer.concat([head, Buffer.from(chunk)]))).text).toBe('{"ok":true}');
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'nonsense', 'a/b; c="'])(
    'the content type %s changes nothing',
    async (type) => {
      const container = service.container();
      await container.init({ code: guest('echo') });
      const answer = await service.call({
        path: `${container.prefix}/run`,
        body: '{"value":{"a":1}}',
        headers: { 'Content-Type': type },
      });
      expect([answer.status, answer.text]).toEqual([200, '{"a":1}']);
    },
  );

  it('requests that are sent before the answers come are answered in their order', async () => {
    const container = service.container();
    await container.init({ code: guest('sleep') });
    const connection = openConnection(service.port);
    const delays = [200, 0, 50];
    const requests = delays.map((ms) =>
      requestBytes(service.port, {
        path: `${container.prefix}/run`,
        body: JSON.stringify({ value: { ms } }),
      }),
    );
    connection.socket.write(Buffer.concat(requests));
    for (const ms of delays) expect((await connection.next()).json()).toEqual({ ms });
    connection.socket.destroy();
  });

  it.each([
    ['a page of another site', { Origin: 'https://example.com' }],
    ['a page of nowhere', { Origin: 'null' }],
    ['a page of this machine', { Origin: 'http://localhost:8000' }],
    ['a name that somebody pointed here', { Host: 'rebound.example.com:9000' }],
    ['a name that looks like ours', { Host: 'localhost.example.com' }],
    ['a name that looks like an address', { Host: '127.0.0.1.example.com' }],
  ])('%s is refused, on every path', async (_what, headers) => {
    const before = readResources(service);
    for (const path of ['/start', '/some-id/init', '/some-id/run', '/some-id/destroy']) {
      const answer = await service.call({ path, body: '{}', headers });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('x-wasmwhisk-error')).toBe('WW_ERR_REQUEST_FOREIGN');
      expect(answer.headers.has('access-control-allow-origin')).toBe(false);
    }
    await expectNothingMore(service, before);
  });

  it.each(['localhost', 'LOCALHOST:1', '[::1]:9000', '10.1.2.3:80', '127.0.0.1'])(
    'the host %s is ours',
    async (host) => {
      const answer = await service.call({
        method: 'GET',
        path: '/health',
        headers: { Host: host },
      });
      expect(answer.status).toBe(200);
    },
  );

  it('origins and hosts that the operator names are let in', async () => {
    await using open = await startService({
      config: {
        server: { allowedOrigins: ['https://ui.example.com'], allowedHosts: ['wasm.local'] },
      },
    });
    const ask = (headers: Record<string, string>) =>
      open.call({ method: 'GET', path: '/health', headers });
    expect((await ask({ Origin: 'https://ui.example.com', Host: 'wasm.local:80' })).status).toBe(
      200,
    );
    expect((await ask({ Origin: 'https://other.example.com' })).status).toBe(403);
    expect((await ask({ Host: 'other.local' })).status).toBe(403);
  });

  it.each([
    ['deep', `{"value":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['deep and unclosed', `{"value":${'{"a":'.repeat(100_000)}`],
    ['a byte order mark', '\ufeff{"value":{}}'],
    ['trailing text', '{"value":{}} x'],
    ['two documents', '{"value":{}}{"value":{}}'],
    ['single quotes', "{'value':{}}"],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ])('JSON that is %s gets an answer, and harms nobody', async (_what, body) => {
    const container = service.container();
    await container.init({ code: guest('echo') });
    const answer = await container.post('/run', body);
    expect([200, 400]).toContain(answer.status);
    if (answer.status === 400) expect(answer.text).toMatch(/Error unmarshaling request: ./);
    await expectWell(service);
  });
});
