import { connect, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { Executor, loadConfig, startServer } from '@wasmwhisk/executor';
import { loadStandaloneConfig, Standalone, startStandaloneServer } from '@wasmwhisk/standalone';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';

/* A client that sends thousands of requests on one connection, and reads no answer. */

const logger = pino({ level: 'silent' });
const code = readFileSync(
  new URL('../packages/executor/guests/build/sleep.wasm', import.meta.url),
).toString('base64');
const count = 3000;
const most = 8;
const flags = Object.entries({
  'server.port': '0',
  'server.host': '127.0.0.1',
  'server.pipelinedRequestsMax': String(most),
  'server.drainTimeoutMs': '0',
}).map(([path, text]) => ({ path, text, flag: `--set ${path}` }));

/** Sends many times the same, and takes nothing back. */
function flood(port: number, head: string, body: string): Socket {
  const length = String(Buffer.byteLength(body));
  const request = `${head} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n${body}`;
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => undefined);
  socket.write(request.repeat(count));
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

async function expectBounded(running: () => Promise<number>): Promise<void> {
  await expect.poll(running, { timeout: 20_000 }).toBe(most);
  for (let looks = 0; looks < 20; looks += 1) expect(await running()).toBe(most);
}

describe('a connection with thousands of requests', () => {
  it('has a few in progress on an executor, and others are served', async () => {
    const { config } = loadConfig({ mode: 'service', environment: {}, flags });
    const executor = new Executor({ config, mode: 'service', logger });
    const server = await startServer(executor);
    onTestFinished(() => server.shutDown());
    const init = await fetch(`${server.url}/one/init`, {
      method: 'POST',
      body: JSON.stringify({ value: { code, binary: true, main: 'main' } }),
    });
    expect(init.status).toBe(200);
    flood(server.port, 'POST /one/run', '{"value":{"ms":60000}}');
    const { registry } = executor.metrics;
    await expectBounded(async () => {
      const text = await registry.getSingleMetricAsString('wasmwhisk_activations_running');
      return Number(/^\S+ (\d+)$/m.exec(text)?.[1]);
    });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  it('has a few in progress on a standalone OpenWhisk, and others are served', async () => {
    const { config } = loadStandaloneConfig({ environment: {}, flags });
    const standalone = new Standalone({ config, logger, environment: {} });
    const server = await startStandaloneServer(standalone);
    onTestFinished(() => server.shutDown());
    const { users } = standalone.services;
    const key = users.find('guest')?.authKey ?? '';
    const authorization = `Basic ${Buffer.from(key).toString('base64')}`;
    const actions = '/api/v1/namespaces/_/actions';
    const put = await fetch(`${server.url}${actions}/sleep`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        exec: { kind: 'wasm:0.1', code },
        annotations: [{ key: 'web-export', value: true }],
      }),
    });
    expect(put.status).toBe(200);
    flood(server.port, 'GET /api/v1/web/guest/default/sleep?ms=60000', '');
    await expectBounded(() => Promise.resolve(standalone.running));
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });
});
