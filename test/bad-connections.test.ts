import { describe, expect, it } from 'vitest';
import { containerClient } from './support/container-client.js';
import { guest } from './support/guests.js';
import { openConnection, requestBytes } from './support/raw-http.js';
import { expectNothingMore, expectWell, readResources } from './support/resources.js';
import { startService } from './support/test-executor.js';

/* Callers that are slow, silent, gone or too many: nothing of theirs stays, nobody else is harmed. */

describe('bad connections', () => {
  it('a request that stops half-way is ended after the time for requests', async () => {
    await using service = await startService({ config: { server: { requestTimeoutMs: 1000 } } });
    await expectWell(service);
    const before = readResources(service);
    const bytes = requestBytes(service.port, { path: '/slow/init', body: '{"value":{}}' });
    const inHeaders = openConnection(service.port);
    inHeaders.socket.write(bytes.subarray(0, 40));
    const inBody = openConnection(service.port);
    inBody.socket.write(bytes.subarray(0, -3));
    for (const connection of [inHeaders, inBody]) {
      const answer = await connection.next();
      expect(answer.status).toBe(408);
      expect(answer.json()).toEqual({ error: 'Bad request: it did not arrive in time.' });
      await connection.closed;
    }
    await expectWell(service);
    await expectNothingMore(service, before);
  });

  it('a request that arrives byte by byte is taken as long as it is in time', async () => {
    await using service = await startService();
    const connection = openConnection(service.port);
    const bytes = requestBytes(service.port, { path: '/start' });
    for (const byte of bytes) {
      await new Promise<void>((resolve) => {
        connection.socket.write(Buffer.from([byte]), () => {
          resolve();
        });
      });
    }
    expect((await connection.next()).status).toBe(200);
    connection.socket.destroy();
  });

  it('a caller that goes while it sends leaves nothing', async () => {
    await using service = await startService();
    await expectWell(service);
    const before = readResources(service);
    const bytes = requestBytes(service.port, { path: '/gone/init', body: 'x'.repeat(500_000) });
    for (let index = 0; index < 10; index += 1) {
      const { socket } = openConnection(service.port);
      await new Promise<void>((resolve) => {
        socket.write(bytes.subarray(0, 100_000), () => {
          resolve();
        });
      });
      socket.resetAndDestroy();
    }
    await expectNothingMore(service, before);
    await expectWell(service);
  });

  it.each([
    ['spin', 'auto', { busyThreads: 2 }],
    ['spin', 'v8', { busyThreads: 2 }],
    ['sleep', 'auto', { waitingRuns: 6 }],
    ['sleep', 'v8', { waitingRuns: 6 }],
  ] as const)('a caller that goes ends its guest: %s on %s', async (name, runtime, state) => {
    await using service = await startService({ config: { runtime: { name: runtime } } });
    const { runner } = service.executor;
    await expectWell(service);
    const before = readResources(service);
    const container = service.container();
    await container.init({ code: guest(name) });
    const ended = runner.status().endedThreads;
    const calls = Array.from({ length: 6 }, () => container.startRun({ ms: 600_000 }));
    await expect.poll(() => runner.status(), { timeout: 15_000 }).toMatchObject(state);
    for (const call of calls) call.drop();
    await expect.poll(() => service.executor.running, { timeout: 15_000 }).toBe(0);
    await expect
      .poll(() => runner.status(), { timeout: 15_000 })
      .toMatchObject({ busyThreads: 0, waitingRuns: 0, runningRuns: 0, queuedRuns: 0 });
    // Where V8 runs them a loop costs its thread, and nothing else does.
    if (name === 'sleep') expect(runner.status().endedThreads).toBe(ended);
    else if (runtime === 'v8') expect(runner.status().endedThreads).toBeGreaterThan(ended);
    await container.post('/destroy', '');
    await expectWell(service);
    await expectNothingMore(service, before);
  });

  it('connections above the limit are closed, and those within it are served', async () => {
    await using service = await startService({ config: { server: { connectionsMax: 3 } } });
    const kept = Array.from({ length: 3 }, () => openConnection(service.port));
    const ask = async ({ socket, next }: (typeof kept)[number]) => {
      socket.write(requestBytes(service.port, { method: 'GET', path: '/health' }));
      return next();
    };
    for (const connection of kept) expect((await ask(connection)).status).toBe(200);
    const refused = openConnection(service.port);
    await refused.closed;
    for (const connection of kept) expect((await ask(connection)).status).toBe(200);
    for (const { socket } of kept) socket.destroy();
    await expect
      .poll(async () => (await service.get('/health').catch(() => undefined))?.status)
      .toBe(200);
  });

  it('a thousand silent connections disturb nobody', async () => {
    await using service = await startService();
    await expectWell(service);
    const before = readResources(service);
    const silent = Array.from({ length: 1000 }, () => openConnection(service.port));
    await Promise.all(
      silent.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))),
    );
    await expectWell(service);
    for (const { socket } of silent) socket.destroy();
    await expectNothingMore(service, before);
  });

  it('connections that say nothing hold up neither the end of a container nor of the executor', async () => {
    const service = await startService();
    const { containerId, port } = (await service.call({ path: '/start' })).json() as {
      containerId: string;
      port: number;
    };
    const bytes = requestBytes(port, { path: '/run', body: '{}' });
    const onPort = [openConnection(port), openConnection(port)];
    onPort[1]?.socket.write(bytes.subarray(0, -1));
    const onMain = [openConnection(service.port), openConnection(service.port)];
    onMain[1]?.socket.write(bytes.subarray(0, 30));
    // An answer on the same server says that the connections before it have been accepted.
    expect((await containerClient(port).run({})).status).toBe(500);
    expect((await service.get('/health')).status).toBe(200);
    await service.container(containerId).post('/destroy', containerId);
    await Promise.all(onPort.map(({ closed }) => closed));
    await service.shutDown();
    await Promise.all(onMain.map(({ closed }) => closed));
  });

  it('keeps a connection open longer than its callers do', async () => {
    await using service = await startService();
    const answer = await service.get('/health');
    expect(answer.headers.get('connection')).toBe('keep-alive');
    const seconds = Number(/timeout=(\d+)/.exec(answer.headers.get('keep-alive') ?? '')?.[1]);
    expect(seconds).toBeGreaterThan(30);
  });
});
