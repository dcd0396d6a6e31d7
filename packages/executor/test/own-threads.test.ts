import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  Executor,
  loadConfig,
  runtimeModules,
  startServer,
  type ListeningServer,
} from '@wasmwhisk/executor';
import type { EngineOptions, FakeWasmRuntime } from '@wasmwhisk/runtime';
import { commandOf } from './adversary.js';

const ownRuntime = new URL('./own-runtime.mjs', import.meta.url).href;
const brokenRuntime = `data:text/javascript,throw new Error('the binary is made for another machine')`;

interface Service {
  readonly executor: Executor;
  readonly server: ListeningServer;
  /** What it logged, a JSON object each. */
  readonly logged: Record<string, unknown>[];
  post(path: string, body: object, signal?: AbortSignal): Promise<Posted>;
  fake(): Promise<FakeWasmRuntime & { readonly engineOptions: EngineOptions }>;
}

interface Posted {
  readonly status: number;
  readonly text: string;
  readonly code: string | null;
}

async function start(
  settings: Readonly<Record<string, string>> = {},
  wasmtime: string = ownRuntime,
): Promise<Service> {
  const flags = Object.entries({ 'server.port': '0', ...settings });
  const { config } = loadConfig({
    mode: 'service',
    environment: {},
    flags: flags.map(([path, text]) => ({ path, text, flag: path })),
  });
  const logged: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => void logged.push(JSON.parse(line) as never) });
  const runtimes = { ...runtimeModules, wasmtime };
  const executor = new Executor({ config, mode: 'service', logger, runtimes, environment: {} });
  const server = await startServer(executor);
  onTestFinished(() => server.shutDown());
  const post: Service['post'] = async (path, body, signal) => {
    const response = await fetch(server.url + path, {
      method: 'POST',
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
    const code = response.headers.get('x-wasmwhisk-error');
    return { status: response.status, text: await response.text(), code };
  };
  return {
    executor,
    server,
    logged,
    post,
    fake: async () => (await executor.runtimes.get('wasmtime')) as never,
  };
}

const wasm = commandOf('nop');
const init = { value: { code: Buffer.from(wasm).toString('base64'), binary: true } };

describe('A runtime with threads of its own', () => {
  it('compiles and runs in the main thread, without any worker thread', async () => {
    const { executor, server, post, fake } = await start();
    expect((await post('/a/init', init)).status).toBe(200);
    const { status, text } = await post('/a/run', { value: { n: 1.0 }, namespace: 'guest' });
    expect({ status, text }).toEqual({ status: 200, text: '{"n":1}' });
    const runtime = await fake();
    const [compiled] = runtime.callsOf('precompile');
    expect(Buffer.from(compiled?.artifact.bytes ?? []).equals(wasm)).toBe(true);
    const [run] = runtime.callsOf('run');
    expect(run?.activation).toMatchObject({
      trustUnit: 'namespace guest',
      environment: [['__OW_NAMESPACE', 'guest']],
      logBytesMax: executor.config.limits.logBytes,
    });
    expect(executor.runner.status().threads).toBe(2);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  });

  it('is told the configuration', async () => {
    const { fake } = await start({
      'runtime.threads': '3',
      'runtime.runsMax': '4',
      'runtime.queueSizeMax': '5',
      'runtime.preparationThreads': '2',
      'runtime.waitingMemoryBytesMax': '7MiB',
      'runtime.codeCacheFolder': '/tmp/cache',
      'runtime.codeCacheBytesMax': '8MiB',
      'limits.fuel': '9',
    });
    expect((await fake()).engineOptions).toEqual({
      threads: 3,
      runsMax: 4,
      queueSizeMax: 5,
      compileJobsMax: 2,
      waitingMemoryBytesMax: 7 << 20,
      codeCache: { folder: '/tmp/cache', bytesMax: 8 << 20 },
      fuel: 9,
    });
    expect(Object.keys((await (await start()).fake()).engineOptions)).not.toContain('fuel');
  });

  it('answers an init whose compilation takes too long', async () => {
    const { post, fake } = await start({ 'runtime.preparationTimeoutMs': '1500' });
    // Its threads are started by the first init, which may need longer.
    await post('/warm/init', { value: { code: 'AAAA', binary: true } });
    (await fake()).nextPrecompile({ until: new Promise(() => undefined) });
    expect(await post('/a/init', init)).toMatchObject({ code: 'WW_ERR_CODE_TIMEOUT' });
    expect((await post('/b/init', init)).status).toBe(200);
  });

  it('is told by the signal when the caller goes, and when the container is destroyed', async () => {
    const { post, fake, logged } = await start();
    const runtime = await fake();
    await post('/a/init', init);
    runtime.nextRun({ until: new Promise(() => undefined) });
    const gone = new AbortController();
    const left = post('/a/run', {}, gone.signal).catch(() => 'left');
    await vi.waitUntil(() => runtime.runsInProgress === 1);
    gone.abort();
    expect(await left).toBe('left');
    await vi.waitUntil(() => runtime.runsInProgress === 0);
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'run failed', code: 'WW_ERR_RUN_ABORTED' }),
    );
    runtime.nextRun({ until: new Promise(() => undefined) });
    const run = post('/a/run', {});
    await vi.waitUntil(() => runtime.runsInProgress === 1);
    await post('/a/destroy', {});
    expect(await run).toMatchObject({ code: 'WW_ERR_RUN_ABORTED' });
  });

  it('has what a run cost in the log', async () => {
    const { post, fake, logged } = await start();
    const usage = { peakMemoryBytes: 65_536, cpuTimeUs: 12, fuel: 345 };
    (await fake()).nextRun({ usage });
    await post('/a/init', init);
    await post('/a/run', { activation_id: 'costly' });
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'run', activation: 'costly', ...usage }),
    );
  });
});

describe('A runtime that cannot be loaded', () => {
  it('is replaced by the next, with one warning that says why', async () => {
    const { post, logged, executor } = await start({ 'runtime.threads': '1' }, brokenRuntime);
    expect((await post('/a/init', init)).status).toBe(200);
    expect((await post('/b/init', { value: { ...init.value, main: 'other' } })).status).toBe(200);
    const warnings = logged.filter(({ level }) => level === 40);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      runtime: 'wasmtime',
      reason: expect.stringContaining('made for another machine') as string,
    });
    await vi.waitUntil(() => executor.ready);
  });

  it('fails with that reason where it is asked for by name', async () => {
    const { post } = await start({ 'runtime.name': 'wasmtime' }, brokenRuntime);
    const { status, text, code } = await post('/a/init', init);
    expect({ status, code }).toEqual({ status: 500, code: 'WW_ERR_RUNTIME_UNAVAILABLE' });
    expect(text).toContain('made for another machine');
  });
});

describe('A folder of code', () => {
  it('is prepared at the start, and what fails is told by its name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wasmwhisk-warm-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'good.wasm'), wasm);
    await writeFile(join(folder, 'bad.zip'), 'no archive');
    await writeFile(join(folder, 'readme.txt'), 'no code');
    const { executor, logged, post, fake } = await start({ 'runtime.warmFolder': folder });
    await executor.warmUp();
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'prepared a file', file: 'good.wasm' }),
    );
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'a file could not be prepared', file: 'bad.zip' }),
    );
    expect(logged).toContainEqual(
      expect.objectContaining({ msg: 'prepared a folder', files: 2, prepared: 1, failed: 1 }),
    );
    expect((await post('/a/init', init)).status).toBe(200);
    expect((await fake()).callsOf('precompile')).toHaveLength(1);
  });

  it('that is not there is told, and keeps nobody back', async () => {
    const { executor, logged } = await start({ 'runtime.warmFolder': '/does/not/exist' });
    await executor.warmUp();
    expect(logged).toContainEqual(
      expect.objectContaining({ level: 50, folder: '/does/not/exist' }),
    );
  });
});
