import type { ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createHttpServer } from './http-server.js';

const settings = {
  keepAliveTimeoutMs: 60_000,
  requestTimeoutMs: 60_000,
  connectionsMax: 10,
  pipelinedRequestsMax: 4,
};

interface Fixture {
  readonly client: Socket;
  /** Answers that are asked for, and how: by path. */
  readonly asked: Map<string, ServerResponse>;
  /** Everything that was received. */
  readonly received: () => string;
}

/** A server that answers when it is told to, and one client of it. */
async function open(onRequest?: (path: string, body: string) => void): Promise<Fixture> {
  const asked = new Map<string, ServerResponse>();
  const server = createHttpServer(settings, (request, response) => {
    const path = request.url ?? '';
    asked.set(path, response);
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => onRequest?.(path, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let received = '';
  client.setEncoding('latin1');
  client.on('data', (piece: string) => (received += piece));
  client.on('error', () => undefined);
  onTestFinished(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  return { client, asked, received: () => received };
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

function paths(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `/${String(index)}`);
}

/** Waits until everything that is under way has been handled. */
async function settle({ client, asked }: Fixture): Promise<void> {
  await vi.waitFor(() => {
    expect(asked.size).toBeGreaterThan(0);
  });
  for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(client.destroyed).toBe(false);
}

describe('requests that are sent without waiting for answers', () => {
  it('are handed over as far as allowed, and answered in order to the last', async () => {
    const fixture = await open();
    const all = paths(10_000);
    fixture.client.write(all.map(get).join(''));
    await settle(fixture);
    expect(fixture.asked.size).toBe(4);
    let most = 0;
    let answered = 0;
    while (answered < all.length) {
      for (const [path, response] of [...fixture.asked]) {
        fixture.asked.delete(path);
        response.end(`${path}\n`);
        answered += 1;
      }
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, fixture.asked.size);
    }
    expect(most).toBe(4);
    await vi.waitFor(() => {
      expect(fixture.received()).toMatch(/\/9999\n/);
    });
    const bodies = [...fixture.received().matchAll(/^\/(\d+)/gm)].map((match) => Number(match[1]));
    expect(bodies.filter((number, index) => number !== index)).toEqual([]);
    expect(bodies).toHaveLength(10_000);
  }, 60_000);

  it('are not taken while answers are not', async () => {
    const fixture = await open((path) => {
      fixture.asked.get(path)?.end('x'.repeat(8 * 1024 * 1024));
    });
    fixture.client.pause();
    fixture.client.write(paths(1000).map(get).join(''));
    await settle(fixture);
    expect(fixture.asked.size).toBeLessThanOrEqual(5);
  });

  it('have their bodies whole, whatever waits', async () => {
    const bodies = new Map<string, number>();
    const fixture = await open((path, body) => {
      bodies.set(path, body.length);
      fixture.asked.get(path)?.end();
    });
    const length = 300_000;
    const post = (path: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${String(length)}\r\n\r\n${'x'.repeat(length)}`;
    fixture.client.write(paths(20).map(post).join(''));
    await vi.waitFor(() => {
      expect([...bodies.values()]).toEqual(Array.from({ length: 20 }, () => length));
    }, 20_000);
  }, 30_000);

  it('are forgotten when the client is gone', async () => {
    const fixture = await open();
    fixture.client.write(paths(100).map(get).join(''));
    await settle(fixture);
    const [first] = fixture.asked.values();
    const gone = new Promise((resolve) => first?.req.socket.once('close', resolve));
    first?.req.socket.destroy();
    await gone;
    for (const response of fixture.asked.values()) response.end();
    for (let turns = 0; turns < 20; turns += 1)
      await new Promise((resolve) => setImmediate(resolve));
    expect(fixture.asked.size).toBe(4);
  });
});
