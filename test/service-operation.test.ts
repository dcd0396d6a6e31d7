import { describe, expect, it } from 'vitest';
import { guest } from './support/guests.js';
import { startService, startSingle, type ServiceExecutor } from './support/test-executor.js';

/* What an operator and an invoker's plugin see of a service: logs, health, metrics. */

interface LogRecord {
  readonly msg: string;
  readonly request?: string;
  readonly container?: string;
  readonly activation?: string;
  readonly code?: string;
  readonly result?: string;
  readonly guest?: { readonly stream: string; readonly line: string };
}

const recordsOf = ({ log }: ServiceExecutor): readonly LogRecord[] =>
  log.lines.map((line) => JSON.parse(line) as LogRecord);

const activation = 'b2265dff9dc946d9a65dff9dc986d9a4';

describe('the log of an activation', () => {
  it('can be fetched by container and activation id', async () => {
    await using service = await startService();
    const container = service.container('logs');
    await container.init({ code: guest('echo-log') });
    await container.run({}, { activation_id: activation });
    const answer = await service.get(`/logs/logs/${activation}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = answer.text.trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as object);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
    expect(parsed).toHaveLength(2);
    expect(parsed).toEqual(
      expect.arrayContaining([
        { time, stream: 'stdout', log: 'hello stdout' },
        { time, stream: 'stderr', log: 'hello stderr' },
      ]),
    );
  });

  it('is empty for an activation that wrote nothing, and unknown for one that never was', async () => {
    await using service = await startService();
    const container = service.container('logs');
    await container.init({ code: guest('echo') });
    await container.run({}, { activation_id: activation });
    const silent = await service.get(`/logs/logs/${activation}`);
    expect([silent.status, silent.text]).toEqual([200, '']);
    expect((await service.get('/logs/logs/other')).status).toBe(404);
    expect((await service.get(`/other/logs/${activation}`)).status).toBe(404);
  });

  it('can be read while the guest runs, and after its container is gone', async () => {
    await using service = await startService();
    const container = service.container('logs');
    await container.init({ code: guest('spin') });
    const call = container.startRun({}, { activation_id: activation });
    const read = async () => (await service.get(`/logs/logs/${activation}`)).text;
    await expect.poll(read, { timeout: 15_000 }).toContain('"log":"spinning"');
    await container.post('/destroy', 'logs');
    expect((await call.answer).status).toBe(502);
    expect(await read()).toContain('"log":"spinning"');
  });

  it('is cut at the limit, in the words of OpenWhisk', async () => {
    await using service = await startService({ config: { limits: { logBytes: 10_000 } } });
    const container = service.container('logs');
    await container.init({ code: guest('flood') });
    expect((await container.run({ bytes: 1_000_000 }, { activation_id: activation })).status).toBe(
      200,
    );
    const lines = (await service.get(`/logs/logs/${activation}`)).text.trimEnd().split('\n');
    const logs = lines.map((line) => (JSON.parse(line) as { log: string }).log);
    expect(logs.at(-1)).toBe(
      'Logs were truncated because the total bytes size exceeds the limit of 10000 bytes.',
    );
    expect(logs.slice(0, -1).join('\n').length).toBeLessThanOrEqual(10_000);
    expect(logs.length).toBeGreaterThan(100);
  });

  it('makes room for younger ones', async () => {
    await using service = await startService({ config: { log: { retainedBytes: 4096 } } });
    const container = service.container('logs');
    await container.init({ code: guest('greeting') });
    for (let index = 0; index < 20; index += 1)
      await container.run({ name: 'x' }, { activation_id: `a${String(index)}` });
    expect((await service.get('/logs/logs/a0')).status).toBe(404);
    expect((await service.get('/logs/logs/a19')).text).toContain('Hello, x!');
  });

  it("tells a failed run's reason, and a failed init's", async () => {
    await using service = await startService();
    const container = service.container('logs');
    await container.init({ code: 'no module', env: { __OW_ACTIVATION_ID: 'init-id' } });
    expect((await service.get('/logs/logs/init-id')).text).toContain('Error during initialization');
    await container.init({ code: guest('trap') });
    await container.run({}, { activation_id: activation });
    expect((await service.get(`/logs/logs/${activation}`)).text).toMatch(/unreachable/);
  });

  it("goes into our log too, where a guest's words cannot be taken for ours", async () => {
    await using service = await startService();
    const container = service.container('logs');
    await container.init({ code: guest('greeting') });
    await container.run({ name: '\\"},\\n{\\"level\\":60' }, { activation_id: activation });
    const said = recordsOf(service).filter((record) => record.guest !== undefined);
    expect(said.length).toBeGreaterThan(0);
    for (const record of said)
      expect(record).toMatchObject({
        msg: 'guest output',
        container: 'logs',
        activation,
        guest: { stream: 'stdout' },
      });
    expect(recordsOf(service).every(({ msg }) => typeof msg === 'string')).toBe(true);
  });

  it('stays out of our log when the operator wants that', async () => {
    await using service = await startService({ config: { log: { guestOutput: false } } });
    const container = service.container('logs');
    await container.init({ code: guest('greeting') });
    await container.run({ name: 'x' }, { activation_id: activation });
    expect(service.log.text).not.toContain('Hello');
    expect((await service.get(`/logs/logs/${activation}`)).text).toContain('Hello, x!');
  });
});

describe('our own log', () => {
  it('names request, container and activation of every run', async () => {
    await using service = await startService();
    const container = service.container('told');
    await container.init({ code: guest('branchy') });
    await service.call({
      path: '/told/run',
      body: JSON.stringify({ value: {}, activation_id: activation }),
      headers: { 'x-request-id': 'given-by-the-caller' },
    });
    await container.run({ error: 'no' });
    const runs = recordsOf(service).filter(({ msg }) => msg === 'run');
    expect(runs[0]).toMatchObject({
      request: 'given-by-the-caller',
      container: 'told',
      activation,
      result: 'ok',
    });
    expect(runs[1]?.request).toMatch(/^\w+$/);
    expect(runs[1]?.activation).toMatch(/^[0-9a-f]{32}$/);
  });

  it('does not take request ids that are too long', async () => {
    await using service = await startService();
    const container = service.container('told');
    await container.init({ code: guest('echo') });
    const long = 'x'.repeat(1000);
    await service.call({ path: '/told/run', body: '{}', headers: { 'x-request-id': long } });
    expect(service.log.text).toContain('"msg":"run"');
    expect(service.log.text).not.toContain(long);
  });

  it('tells failed runs by their code', async () => {
    await using service = await startService();
    const container = service.container('told');
    await container.init({ code: guest('trap') });
    await container.run({}, { activation_id: activation });
    expect(recordsOf(service)).toContainEqual(
      expect.objectContaining({
        msg: 'run failed',
        container: 'told',
        activation,
        code: 'WW_ERR_GUEST_TRAP',
      }),
    );
  });

  it('warns when it listens beyond loopback', async () => {
    await using open = await startService({ config: { server: { host: '0.0.0.0' } } });
    expect(open.log.text).toContain('listening beyond loopback');
    await using closed = await startService();
    expect(closed.log.text).not.toContain('listening beyond loopback');
  });
});

describe('the paths of an operator', () => {
  it('/health says that the process is alive, in both modes', async () => {
    await using service = await startService();
    await using single = await startSingle();
    for (const executor of [service, single]) {
      const answer = await executor.get('/health');
      expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}']);
    }
  });

  it('/ready says whether a run would be taken', async () => {
    await using service = await startService({
      config: { runtime: { threads: 1, spareThreads: 0, runsMax: 1, queueSizeMax: 1 } },
    });
    const ready = async () => (await service.get('/ready')).status;
    await expect.poll(ready, { timeout: 15_000 }).toBe(200);
    expect((await service.get('/ready')).json()).toMatchObject({ ready: true, draining: false });
    const container = service.container();
    await container.init({ code: guest('spin') });
    const calls = [container.startRun({}), container.startRun({})];
    await expect.poll(ready, { timeout: 15_000 }).toBe(503);
    expect((await service.get('/ready')).json()).toMatchObject({ ready: false, queuedRuns: 1 });
    for (const call of calls) call.drop();
    await expect.poll(ready, { timeout: 15_000 }).toBe(200);
  });

  it('/metrics counts activations by outcome, inits, runs, threads and containers', async () => {
    await using service = await startService();
    const [branchy, trap, sleep] = [service.container(), service.container(), service.container()];
    await branchy.init({ code: guest('branchy') });
    await trap.init({ code: guest('trap') });
    await sleep.init({ code: guest('sleep') });
    await service.container().init({ code: 'no module' });
    for (const args of [{}, { payload: {} }]) await branchy.run(args);
    await trap.run({});
    const waiting = sleep.startRun({ ms: 600_000 });
    await expect
      .poll(() => service.executor.runner.status().waitingRuns, { timeout: 15_000 })
      .toBe(1);
    const answer = await service.get('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    const value = (name: string): number =>
      Number(
        answer.text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length),
      );
    expect(value('wasmwhisk_activations_total{outcome="success"}')).toBe(2);
    expect(value('wasmwhisk_activations_total{outcome="developer-error"}')).toBe(1);
    expect(value('wasmwhisk_activations_running')).toBe(1);
    expect(value('wasmwhisk_init_duration_seconds_count')).toBe(4);
    expect(value('wasmwhisk_run_duration_seconds_count')).toBe(3);
    expect(value('wasmwhisk_run_duration_seconds_bucket{le="60"}')).toBe(3);
    expect(value('wasmwhisk_queue_length')).toBe(0);
    expect(value('wasmwhisk_threads')).toBeGreaterThanOrEqual(1);
    expect(value('wasmwhisk_threads_busy')).toBe(0);
    expect(value('wasmwhisk_guests_waiting')).toBe(1);
    expect(value('wasmwhisk_threads_ended')).toBe(0);
    expect(value('wasmwhisk_containers')).toBe(4);
    expect(value('wasmwhisk_prepared_codes')).toBe(3);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    waiting.drop();
    await expect.poll(() => service.executor.running, { timeout: 15_000 }).toBe(0);
  });

  it('/metrics counts the errors that applications answer', async () => {
    await using service = await startService();
    const container = service.container();
    await container.init({ code: guest('err') });
    await container.run({ reason: 'no' });
    const { text } = await service.get('/metrics');
    expect(text).toContain('wasmwhisk_activations_total{outcome="application-error"} 1\n');
  });
});
