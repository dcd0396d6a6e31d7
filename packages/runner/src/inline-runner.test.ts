import { describe, expect, it, vi } from 'vitest';
import {
  FakeWasmRuntime,
  type CompiledArtifact,
  type ContainerSettings,
  type RunEnd,
  type RuntimeStatus,
  type WasmRuntime,
} from '@wasmwhisk/runtime';
import { InlineRunner } from './inline-runner.js';
import type { RunRequest } from './runner.js';

const settings: ContainerSettings = {
  entry: undefined,
  limits: { memoryBytes: 1 << 20, tableElements: 1000, resultBytes: 1 << 20 },
  directories: [],
  http: { type: 'denied', reason: 'not granted' },
};
const compiled: CompiledArtifact = { runtime: 'fake', digest: '0', code: undefined };
const never = new AbortController().signal;

function request(overrides: Partial<RunRequest> = {}): RunRequest {
  return {
    activationId: 'a',
    input: '{"n":1}',
    environment: [['A', 'b']],
    deadlineEpochMs: Date.now() + 20_000,
    trustUnit: 'guest',
    logBytesMax: 1000,
    logs: { write: () => undefined },
    ...overrides,
  };
}

describe('InlineRunner of a runtime with threads of its own', () => {
  it('hands request and signal on as they are', async () => {
    const runtime = new FakeWasmRuntime({ threading: 'own' });
    const initialize = vi.spyOn(runtime, 'initialize');
    const runner = new InlineRunner([runtime]);
    const container = await runner.initialize('key', compiled, settings);
    const inside = await initialize.mock.results[0]?.value;
    const run = vi.spyOn(inside as { run: (...given: unknown[]) => unknown }, 'run');
    const asked = request();
    const report = await runner.run(container, asked, never);
    expect(report).toMatchObject({ result: { type: 'ok', json: '{"n":1}' }, queuedMs: 0 });
    expect(report.ranMs).toBeGreaterThanOrEqual(0);
    const { activationId, ...rest } = asked;
    expect(run.mock.calls[0]?.[0]).toEqual({ id: activationId, ...rest });
    expect(run.mock.calls[0]?.[1]).toBe(never);
  });

  it('tells how long the runtime let a run wait, apart from its time', async () => {
    const runtime = new FakeWasmRuntime({ threading: 'own' });
    const runner = new InlineRunner([runtime]);
    vi.spyOn(runtime, 'initialize').mockResolvedValue({
      run: () =>
        Promise.resolve({
          result: { type: 'ok', json: '{}' },
          usage: { peakMemoryBytes: 1, cpuTimeUs: 2 },
          queuedMs: 60_000,
        }),
      destroy: () => Promise.resolve(),
    });
    const container = await runner.initialize('key', compiled, settings);
    expect(await runner.run(container, request(), never)).toMatchObject({
      queuedMs: 60_000,
      ranMs: 0,
    });
  });

  it('leaves the deadline to the runtime, and sets no timer for it', async () => {
    const held = Promise.withResolvers<unknown>();
    const runtime = new FakeWasmRuntime({ threading: 'own' });
    runtime.nextRun({ until: held.promise });
    const runner = new InlineRunner([runtime]);
    const container = await runner.initialize('key', compiled, settings);
    const timer = vi.spyOn(globalThis, 'setTimeout');
    const run = runner.run(container, request({ deadlineEpochMs: Date.now() - 1 }), never);
    expect(timer).not.toHaveBeenCalled();
    held.resolve(undefined);
    expect((await run).result.type).toBe('ok');
  });

  it('refuses runs of a container that was destroyed, and after it was closed', async () => {
    const runner = new InlineRunner([new FakeWasmRuntime({ threading: 'own' })]);
    const first = await runner.initialize('first', compiled, settings);
    const second = await runner.initialize('second', compiled, settings);
    await runner.destroy(first);
    await expect(runner.run(first, request(), never)).rejects.toMatchObject({
      code: 'WW_ERR_RUN_ABORTED',
    });
    await runner.close();
    await expect(runner.run(second, request(), never)).rejects.toMatchObject({
      code: 'WW_ERR_RUN_ABORTED',
    });
  });

  it('tells what the runtimes tell, together', () => {
    const told: RuntimeStatus = {
      threads: 2,
      busyThreads: 1,
      waitingRuns: 3,
      runningRuns: 4,
      queuedRuns: 5,
      queueSizeMax: 6,
    };
    const withStatus = (name: string): WasmRuntime =>
      Object.assign(new FakeWasmRuntime({ name, threading: 'own' }), { status: () => told });
    const runner = new InlineRunner([withStatus('a'), withStatus('b'), new FakeWasmRuntime()]);
    expect(runner.status()).toEqual({
      threads: 4,
      busyThreads: 2,
      waitingRuns: 6,
      runningRuns: 8,
      queuedRuns: 10,
      queueSizeMax: 12,
      endedThreads: 0,
    });
  });
});

describe('InlineRunner of a runtime on the calling thread', () => {
  it('ends a guest that waits at its deadline, and when its caller goes', async () => {
    const runtime = new FakeWasmRuntime();
    const never = new Promise(() => undefined);
    runtime.nextRun({ until: never }, { until: never });
    const runner = new InlineRunner([runtime]);
    const container = await runner.initialize('key', compiled, settings);
    const soon = request({ deadlineEpochMs: Date.now() + 20 });
    await expect(runner.run(container, soon, new AbortController().signal)).rejects.toMatchObject({
      code: 'WW_ERR_RUN_TIMEOUT',
    });
    const gone = new AbortController();
    const run = runner.run(container, request(), gone.signal);
    gone.abort({ type: 'caller-gone' } satisfies RunEnd);
    await expect(run).rejects.toMatchObject({ code: 'WW_ERR_RUN_ABORTED' });
  });
});
