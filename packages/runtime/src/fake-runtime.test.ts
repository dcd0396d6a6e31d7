import { describe, expect, it } from 'vitest';
import type { Artifact } from '@wasmwhisk/artifact';
import type { Activation } from './activation.js';
import { WasmRuntimeError } from './errors.js';
import { FakeWasmRuntime } from './fake-runtime.js';
import type { ContainerSettings } from './settings.js';

const limits = { memoryBytes: 65_536, tableElements: 10, resultBytes: 1_000 };
const artifact: Artifact = {
  digest: 'd'.repeat(64),
  bytes: new Uint8Array(8),
  description: {
    format: 'component',
    imports: [],
    exports: [],
    coreModules: 0,
    definesSharedMemory: undefined,
    producers: [],
    guestInterface: undefined,
  },
};
const settings: ContainerSettings = {
  entry: undefined,
  limits,
  directories: [],
  http: { type: 'denied', reason: 'No host is granted.' },
};
const never = new AbortController().signal;

function activation(write: (text: string) => void = () => undefined): Activation {
  return {
    id: 'a',
    input: '{"x":1}',
    environment: [],
    deadlineEpochMs: Date.now() + 60_000,
    trustUnit: 'someone',
    logBytesMax: 1_048_576,
    logs: {
      write: (stream, bytes) => {
        write(`${stream}:${new TextDecoder().decode(bytes)}`);
      },
    },
  };
}

async function start(runtime: FakeWasmRuntime) {
  return runtime.initialize(await runtime.precompile(artifact, limits), settings);
}

describe('FakeWasmRuntime', () => {
  it('echoes its input and records every call in order', async () => {
    const runtime = new FakeWasmRuntime();
    const container = await start(runtime);
    const outcome = await container.run(activation(), never);
    await container.destroy();
    await container.destroy();
    await runtime.close();
    expect(outcome.result).toEqual({ type: 'ok', json: '{"x":1}' });
    expect(runtime.calls.map((call) => call.type)).toEqual([
      'precompile',
      'initialize',
      'run',
      'destroy',
      'close',
    ]);
  });

  it('plays the scripted steps once each, logs first', async () => {
    const runtime = new FakeWasmRuntime();
    const container = await start(runtime);
    const lines: string[] = [];
    runtime.nextRun(
      { logs: [['stderr', 'oh']], error: new WasmRuntimeError('WW_ERR_GUEST_TRAP', 'Trapped.') },
      { result: { type: 'application-error', json: '{"no":1}' } },
    );
    await expect(
      container.run(
        activation((line) => lines.push(line)),
        never,
      ),
    ).rejects.toMatchObject({ code: 'WW_ERR_GUEST_TRAP' });
    expect(lines).toEqual(['stderr:oh']);
    expect((await container.run(activation(), never)).result.type).toBe('application-error');
    expect((await container.run(activation(), never)).result.type).toBe('ok');
  });

  it('holds a run until the test lets it go', async () => {
    const runtime = new FakeWasmRuntime();
    const container = await start(runtime);
    const held = Promise.withResolvers<undefined>();
    runtime.nextRun({ until: held.promise });
    const run = container.run(activation(), never);
    expect(runtime.runsInProgress).toBe(1);
    held.resolve(undefined);
    await run;
    expect(runtime.runsInProgress).toBe(0);
  });

  it('ends a waiting run by the signal, but not one that computes', async () => {
    const runtime = new FakeWasmRuntime();
    const container = await start(runtime);
    const held = Promise.withResolvers<undefined>();
    const abort = new AbortController();
    runtime.nextRun({ until: held.promise }, { until: held.promise, ignoresSignal: true });
    const waiting = container.run(activation(), abort.signal);
    const computing = container.run(activation(), abort.signal);
    abort.abort({ type: 'timeout' });
    await expect(waiting).rejects.toMatchObject({ code: 'WW_ERR_RUN_TIMEOUT' });
    expect(runtime.runsInProgress).toBe(1);
    held.resolve(undefined);
    await computing;
  });

  it('refuses work after its end', async () => {
    const runtime = new FakeWasmRuntime();
    const container = await start(runtime);
    await container.destroy();
    await expect(container.run(activation(), never)).rejects.toMatchObject({
      code: 'WW_ERR_RUNTIME_INTERNAL',
    });
    await runtime.close();
    await expect(runtime.precompile(artifact, limits)).rejects.toMatchObject({
      code: 'WW_ERR_RUNTIME_INTERNAL',
    });
  });
});
