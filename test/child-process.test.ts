import { frameMarker } from '@wasmwhisk/protocol';
import { describe, expect, it } from 'vitest';
import { zip } from './support/archives.js';
import { startChild } from './support/child-executor.js';
import { containerClient } from './support/container-client.js';
import { guest } from './support/guests.js';
import { call, openConnection } from './support/raw-http.js';

/* The executor as it is deployed: a process with streams and signals. */

describe('wasmwhisk serve', () => {
  it('serves all protocols of a service', async () => {
    await using child = await startChild(['--log-level', 'silent']);
    const byId = containerClient(child.port, '/some-id');
    await byId.init({ code: zip({ 'main.wasm': guest('echo') }) });
    expect((await byId.run({ a: 1 })).text).toBe('{"a":1}');
    const started = (await call(child.port, { path: '/start' })).json() as { port: number };
    const onPort = containerClient(started.port);
    await onPort.init({ code: guest('echo') });
    expect((await onPort.run({ a: 2 })).text).toBe('{"a":2}');
    child.signal('SIGTERM');
    expect(await child.exit).toEqual({ code: 0, signal: null });
    expect(child.stdout.text).toBe('');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'drains on %s: runs in progress finish, further ones get 503, and it ends with 0',
    async (signal) => {
      await using child = await startChild(['--log-level', 'info']);
      const container = containerClient(child.port, '/draining');
      await container.init({ code: guest('sleep') });
      const inProgress = [1, 2, 3].map((index) => container.run({ ms: 2000, index }));
      await expect
        .poll(async () => metric(child.port, 'wasmwhisk_guests_waiting'), { timeout: 15_000 })
        .toBe(3);
      const idle = openConnection(child.port);
      child.signal(signal);
      await expect
        .poll(async () => (await container.run({ ms: 0 })).status, { timeout: 15_000 })
        .toBe(503);
      const ready = await call(child.port, { method: 'GET', path: '/ready' });
      expect(ready.status).toBe(503);
      for (const answer of await Promise.all(inProgress)) expect(answer.status).toBe(200);
      expect(await child.exit).toEqual({ code: 0, signal: null });
      idle.socket.destroy();
      const events = child.stdout.lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
      expect(events).toContain('listening');
      expect(events.at(-1)).toBe('ended');
    },
  );

  it('ends what still runs when the time to drain is over', async () => {
    await using child = await startChild(['--set', 'server.drainTimeoutMs=300']);
    const container = containerClient(child.port, '/endless');
    await container.init({ code: guest('spin') });
    const running = container.run({});
    await expect
      .poll(async () => metric(child.port, 'wasmwhisk_threads_busy'), { timeout: 15_000 })
      .toBe(1);
    child.signal('SIGTERM');
    expect((await running).status).toBeGreaterThanOrEqual(500);
    expect(await child.exit).toEqual({ code: 0, signal: null });
  });

  it('ends at once at a second signal', async () => {
    await using child = await startChild();
    const container = containerClient(child.port, '/endless');
    await container.init({ code: guest('sleep') });
    const call = container.startRun({ ms: 600_000 });
    await expect
      .poll(async () => metric(child.port, 'wasmwhisk_guests_waiting'), { timeout: 15_000 })
      .toBe(1);
    child.signal('SIGTERM');
    await expect.poll(async () => (await container.run({})).status, { timeout: 15_000 }).toBe(503);
    // Signals that come within a moment count as one.
    const signalAgain = () => {
      child.signal('SIGTERM');
      return child.process.exitCode;
    };
    await expect.poll(signalAgain, { timeout: 15_000, interval: 50 }).toBe(143);
    call.drop();
  });

  it('writes every line of its log as JSON, and no secret', async () => {
    await using child = await startChild(['--log-level', 'trace']);
    const container = containerClient(child.port, '/secretive');
    const secret = 'do-not-tell-anybody';
    await container.init({
      code: guest('echo'),
      env: { PASSWORD: secret, __OW_API_KEY: secret },
    });
    await container.run({ secret }, { api_key: secret, activation_id: 'a'.repeat(32) });
    await container.post('/run', `{"value":"${secret}"`);
    child.signal('SIGTERM');
    await child.exit;
    expect(child.stdout.lines.length).toBeGreaterThan(2);
    for (const line of child.stdout.lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(child.stdout.text + child.stderr.text).not.toContain(secret);
  });
});

describe('wasmwhisk serve --single', () => {
  it('writes guest output and markers on its own streams, and nothing else', async () => {
    await using child = await startChild(['--single']);
    const container = containerClient(child.port);
    expect((await container.init({ code: guest('echo-log') })).status).toBe(200);
    expect((await container.init({ code: guest('echo-log') })).status).toBe(403);
    for (const args of [{ a: 1 }, { a: 2 }])
      expect((await container.run(args)).json()).toEqual(args);
    expect((await container.run('text')).status).toBe(404);
    child.signal('SIGTERM');
    expect(await child.exit).toEqual({ code: 0, signal: null });
    expect(child.stdout.lines).toEqual([
      'hello stdout',
      frameMarker,
      'hello stdout',
      frameMarker,
      frameMarker,
    ]);
    expect(child.stderr.lines).toEqual([
      'Internal system error: Cannot initialize the action more than once.',
      'hello stderr',
      frameMarker,
      'hello stderr',
      frameMarker,
      frameMarker,
    ]);
  });

  it.each([
    [{}, [200, 403]],
    [{ __OW_ALLOW_CONCURRENT: 'false' }, [200, 403]],
    [{ __OW_ALLOW_CONCURRENT: 'True' }, [200, 200]],
  ])('overlaps runs only when the environment allows it: %j', async (environment, expected) => {
    await using child = await startChild(['--single'], environment);
    const container = containerClient(child.port);
    await container.init({ code: guest('sleep') });
    const answers = await Promise.all([container.run({ ms: 1000 }), container.run({ ms: 1000 })]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual(expected);
  });

  it('shows guests of its own environment only __OW_*', async () => {
    await using child = await startChild(['--single'], {
      __OW_API_HOST: 'http://api',
      SECRET: 's',
    });
    const container = containerClient(child.port);
    await container.init({ code: guest('environment') });
    expect((await container.run({})).json()).toEqual({ __OW_API_HOST: 'http://api' });
  });

  it('answers 503 to runs after SIGTERM, and finishes the one in progress', async () => {
    await using child = await startChild(['--single'], { __OW_ALLOW_CONCURRENT: 'true' });
    const container = containerClient(child.port);
    await container.init({ code: guest('wait') });
    const inProgress = container.run({ ms: 2000 });
    await expect.poll(() => child.stdout.filtered, { timeout: 15_000 }).toBe('waiting 2000');
    child.signal('SIGTERM');
    await expect
      .poll(async () => (await container.run({ ms: 0 })).status, { timeout: 15_000 })
      .toBe(503);
    expect((await inProgress).status).toBe(200);
    expect(await child.exit).toEqual({ code: 0, signal: null });
  });
});

async function metric(port: number, name: string): Promise<number> {
  const { text } = await call(port, { method: 'GET', path: '/metrics' });
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}
