import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeWasmRuntime, type CompiledArtifact, type ContainerSettings } from '@wasmwhisk/runtime';
import { RoutedRunner, RuntimeSource, type RunRequest } from '@wasmwhisk/runner';

const settings: ContainerSettings = {
  entry: undefined,
  limits: { memoryBytes: 1 << 20, tableElements: 1000, resultBytes: 1 << 20 },
  directories: [],
  http: { type: 'denied', reason: 'not granted' },
};
const modules = {
  own: new URL('./own-runtime.mjs', import.meta.url).href,
  scripted: new URL('./scripted-runtime.mjs', import.meta.url).href,
};
const own: CompiledArtifact = { runtime: 'own', digest: '0', code: undefined };
const scripted: CompiledArtifact = { runtime: 'scripted', digest: '1', code: 'accept' };
const never = new AbortController().signal;

function request(act: object): RunRequest {
  return {
    activationId: 'a',
    input: JSON.stringify(act),
    environment: [],
    deadlineEpochMs: Date.now() + 20_000,
    trustUnit: 'guest',
    logBytesMax: 1000,
    logs: { write: () => undefined },
  };
}

function open(): { runner: RoutedRunner; source: RuntimeSource } {
  const source = new RuntimeSource(modules, { engine: { threads: 3 } });
  const runner = new RoutedRunner(source, { runtimes: modules, threads: 1, spareThreads: 0 });
  onTestFinished(async () => {
    await runner.close();
    await source.close();
  });
  return { runner, source };
}

async function instance(source: RuntimeSource): Promise<FakeWasmRuntime> {
  const runtime: unknown = await source.get('own');
  if (runtime instanceof FakeWasmRuntime) return runtime;
  throw new TypeError('the runtime is no fake');
}

describe('RoutedRunner', () => {
  it('starts no thread for a runtime with threads of its own', async () => {
    const { runner, source } = open();
    expect(runner.status().threads).toBe(0);
    const container = await runner.initialize('a', own, settings);
    expect(await runner.run(container, request({ act: 'echo' }), never)).toMatchObject({
      result: { type: 'ok', json: '{"act":"echo"}' },
    });
    expect((await instance(source)).callsOf('run')).toHaveLength(1);
    // The runtime's own, as the options of the source say.
    expect(runner.status()).toMatchObject({ threads: 3, queueSizeMax: 10 });
  });

  it('runs the others in worker threads, which it starts with the first of them', async () => {
    const { runner, source } = open();
    const inline = await runner.initialize('a', own, settings);
    const pooled = await runner.initialize('b', scripted, settings);
    await runner.run(inline, request({}), never);
    expect(await runner.run(pooled, request({ act: 'runs' }), never)).toMatchObject({
      result: { json: '{"runs":1}' },
    });
    expect((await instance(source)).callsOf('run')).toHaveLength(1);
    expect(runner.status()).toMatchObject({ threads: 4, queueSizeMax: 1010 });
  });

  it('destroys each where it is', async () => {
    const { runner, source } = open();
    const inline = await runner.initialize('a', own, settings);
    const pooled = await runner.initialize('b', scripted, settings);
    await runner.run(pooled, request({ act: 'runs' }), never);
    await runner.destroy(inline);
    await runner.destroy(pooled);
    await runner.destroy(pooled);
    expect((await instance(source)).callsOf('destroy')).toHaveLength(1);
    await expect(runner.run(inline, request({}), never)).rejects.toMatchObject({
      code: 'WW_ERR_RUN_ABORTED',
    });
  });

  it('leaves the runtimes open when it closes: they are their owner’s', async () => {
    const { runner, source } = open();
    const inline = await runner.initialize('a', own, settings);
    const pooled = await runner.initialize('b', scripted, settings);
    await runner.close();
    expect((await instance(source)).callsOf('close')).toHaveLength(0);
    for (const container of [inline, pooled])
      await expect(runner.run(container, request({}), never)).rejects.toMatchObject({
        code: 'WW_ERR_RUN_ABORTED',
      });
  });

  it('fails for a runtime that is not there, and says so', async () => {
    const { runner } = open();
    await expect(
      runner.initialize('a', { ...own, runtime: 'none' }, settings),
    ).rejects.toMatchObject({ code: 'WW_ERR_RUNTIME_UNAVAILABLE' });
  });
});
