import { connect, type AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { authorization, openApi } from './api-fixture.js';

const packages = '/api/v1/namespaces/_/packages';

/** Sends bytes as they are, and answers all that comes back until the connection is closed. */
async function talk(app: FastifyInstance, bytes: string): Promise<string> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (answer += text));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}

describe('on the wire', () => {
  const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));

  it.each([
    ['what is no HTTP', 'hello\r\n\r\n', '400'],
    ['a header without a name', 'GET / HTTP/1.1\r\n: x\r\n\r\n', '400'],
    [
      'two lengths',
      'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      '400',
    ],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
      '431',
    ],
  ])('%s is answered in JSON', async (_what, bytes, status) => {
    const answer = await talk(openApi().app, bytes);
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect(answer).toContain('Content-Type: application/json\r\n');
    expect(answer).toMatch(/X-Request-ID: [0-9a-f]{32}\r\n/);
    expect(bodyOf(answer)).toMatchObject({
      error: expect.any(String) as string,
      code: expect.any(String) as string,
    });
  });

  it('a request without Host is refused as ours', async () => {
    const answer = await talk(openApi().app, 'GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect(bodyOf(answer)).toHaveProperty('code');
  });

  it('an expectation that nobody knows is no obstacle', async () => {
    const answer = await talk(
      openApi().app,
      'GET /ping HTTP/1.1\r\nHost: localhost\r\nExpect: wonders\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(answer.endsWith('pong')).toBe(true);
  });

  it('a body that never ends is cut at the limit', async () => {
    const app = openApi({
      'api.codeBytesMax': '1024',
      'api.payloadBytesMax': '1024',
      'server.bodyBytesMax': '2048',
    }).app;
    const chunk = `800\r\n${'x'.repeat(2048)}\r\n`;
    const answer = await talk(
      app,
      `PUT ${packages}/p HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n` +
        `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413/);
    expect(bodyOf(answer)).toMatchObject({ error: expect.stringContaining('2048') as string });
  });

  it.each(['QUERY', 'PROPFIND', 'TRACE'])('the method %s is refused in JSON', async (method) => {
    const answer = await talk(
      openApi().app,
      `${method} ${packages} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 40[45]/);
    expect(bodyOf(answer)).toHaveProperty('code');
  });

  it('a request that asks for another protocol is answered in ours', async () => {
    const answer = await talk(
      openApi().app,
      'GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
  });
});
