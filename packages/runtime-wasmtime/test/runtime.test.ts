import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonTextToString } from '@wasmwhisk/json-text';
import type {
  Activation,
  ContainerSettings,
  EngineOptions,
  LogStream,
  RuntimeContainer,
  WasmRuntime,
} from '@wasmwhisk/runtime';
import { createRuntime, findMissingAddon } from '@wasmwhisk/runtime-wasmtime';
import { describe, expect, it, onTestFinished } from 'vitest';
import { artifactOf } from './wat.js';

const limits = { memoryBytes: 64 * 1024 * 1024, tableElements: 1000, resultBytes: 1024 * 1024 };
const never = new AbortController().signal;
const missing = findMissingAddon();

function openRuntime(engine: EngineOptions = {}): WasmRuntime {
  const runtime = createRuntime({
    engine,
    onWarning: (message) => {
      throw new Error(message);
    },
  });
  onTestFinished(() => runtime.close());
  return runtime;
}

async function openContainer(
  wat: string,
  runtime: WasmRuntime,
  settings: Partial<ContainerSettings> = {},
): Promise<RuntimeContainer> {
  const compiled = await runtime.precompile(artifactOf(wat), limits);
  return runtime.initialize(compiled, {
    entry: undefined,
    limits,
    directories: [],
    http: { type: 'denied', reason: 'A test grants nothing.' },
    ...settings,
  });
}

function activation(own: Partial<Activation> = {}): Activation {
  return {
    id: 'a',
    input: '{}',
    environment: [],
    deadlineEpochMs: Date.now() + 30_000,
    trustUnit: 'someone',
    logBytesMax: 1_048_576,
    logs: { write: () => undefined },
    ...own,
  };
}

async function codeOf(run: Promise<unknown>): Promise<unknown> {
  try {
    await run;
    return 'it succeeded';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

const poll =
  '(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))';
const write =
  '(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))';
/** Sleeps for $ms milliseconds; needs $poll and a memory. */
const sleepFunction = `(func $sleep (param $ms i64)
  (i32.store (i32.const 16) (i32.const 1))
  (i64.store (i32.const 24) (i64.mul (local.get $ms) (i64.const 1000000)))
  (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))`;
const sleeper = (ms: number, memories = '(memory (export "memory") 1)'): string =>
  `(module ${poll} ${memories} ${sleepFunction}
     (func (export "_start") (call $sleep (i64.const ${String(ms)}))))`;
const quick = '(module (memory (export "memory") 1) (func (export "_start")))';
const loop = `(module (memory (export "memory") 1)
  (func $spin (loop $again (br $again))) (func (export "_start") (call $spin)))`;

describe.skipIf(missing !== undefined)(`runtime-wasmtime (${missing ?? 'with its addon'})`, () => {
  it('answers others while more guests loop than there are threads', async () => {
    const runtime = openRuntime({ threads: 2 });
    const looping = await openContainer(loop, runtime);
    const short = await openContainer(quick, runtime);
    const abort = new AbortController();
    const loops = Array.from({ length: 20 }, () =>
      codeOf(looping.run(activation({ trustUnit: 'looping' }), abort.signal)),
    );
    for (let run = 0; run < 200; run += 1)
      expect((await short.run(activation({ trustUnit: 'short' }), never)).result.json).toBe('{}');
    expect(runtime.status?.().runningRuns).toBe(20);
    abort.abort({ type: 'caller-gone' });
    for (const code of await Promise.all(loops)) expect(code).toBe('WW_ERR_RUN_ABORTED');
    expect(runtime.status?.()).toMatchObject({ runningRuns: 0, busyThreads: 0, waitingRuns: 0 });
  });

  it('shows in which function a guest was when its time was over', async () => {
    const container = await openContainer(loop, openRuntime());
    const run = container.run(activation({ deadlineEpochMs: Date.now() + 100 }), never);
    await expect(run).rejects.toMatchObject({
      code: 'WW_ERR_RUN_TIMEOUT',
      details: { backtrace: [expect.stringMatching(/^spin \(/), expect.any(String)] },
    });
  });

  it('answers for a guest that does not come back from filling its memory', async () => {
    // Each fill takes far longer than an epoch, and no epoch is looked at within.
    const filling = `(module (memory (export "memory") 1000) (func (export "_start")
      (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 65000000)) (br $again))))`;
    const container = await openContainer(filling, openRuntime());
    const run = container.run(activation({ deadlineEpochMs: Date.now() + 100 }), never);
    expect(await codeOf(run)).toBe('WW_ERR_RUN_TIMEOUT');
  });

  it('refuses the last of whoever queues most', async () => {
    const runtime = openRuntime({ threads: 1, runsMax: 1, queueSizeMax: 3 });
    const container = await openContainer(sleeper(150), runtime);
    const run = (trustUnit: string): Promise<unknown> =>
      codeOf(container.run(activation({ trustUnit }), never));
    const many = ['a', 'a', 'a', 'a', 'a'].map(run);
    const other = run('b');
    expect(await Promise.all(many)).toEqual([
      'it succeeded',
      'it succeeded',
      'it succeeded',
      // Gave its place up for the other one.
      'WW_ERR_RUNTIME_SATURATED',
      'WW_ERR_RUNTIME_SATURATED',
    ]);
    expect(await other).toBe('it succeeded');
  });

  it('tells how long a run stood in the line', async () => {
    const runtime = openRuntime({ threads: 1, runsMax: 1 });
    const container = await openContainer(sleeper(150), runtime);
    const first = container.run(activation(), never);
    const second = container.run(activation(), never);
    // It cannot begin before the first has slept; the first began at once, or nearly.
    const [{ queuedMs: atOnce = -1 }, { queuedMs: later = -1 }] = await Promise.all([
      first,
      second,
    ]);
    expect(later).toBeGreaterThanOrEqual(140);
    expect(atOnce).toBeLessThan(later);
  });

  it('ends the largest run of the unit that holds most while guests wait', async () => {
    const runtime = openRuntime({ waitingMemoryBytesMax: 10 * 1024 * 1024 });
    const small = await openContainer(sleeper(400), runtime);
    const large = await openContainer(sleeper(400, '(memory (export "memory") 100)'), runtime);
    const others = codeOf(small.run(activation({ trustUnit: 'small' }), never));
    const first = codeOf(large.run(activation({ trustUnit: 'large' }), never));
    const second = codeOf(large.run(activation({ trustUnit: 'large' }), never));
    expect((await Promise.all([first, second])).sort()).toEqual([
      'WW_ERR_RUN_MEMORY_LIMIT',
      'it succeeded',
    ]);
    expect(await others).toBe('it succeeded');
  });

  it('counts fuel where it is asked to, and ends a guest that has none left', async () => {
    const runtime = openRuntime({ fuel: 10_000 });
    const counted = await openContainer(quick, runtime);
    const fuels: unknown[] = [];
    for (let run = 0; run < 3; run += 1)
      fuels.push((await counted.run(activation(), never)).usage.fuel);
    expect(new Set(fuels).size).toBe(1);
    expect(fuels[0]).toBeGreaterThan(0);
    const run = (await openContainer(loop, runtime)).run(activation(), never);
    await expect(run).rejects.toMatchObject({
      code: 'WW_ERR_GUEST_TRAP',
      details: { trap: 'out-of-fuel' },
    });
    const uncounted = await openContainer(quick, openRuntime());
    expect((await uncounted.run(activation(), never)).usage.fuel).toBeUndefined();
  });

  it('ends what is in progress when it is closed', async () => {
    const runtime = openRuntime();
    const waiting = (await openContainer(sleeper(20_000), runtime)).run(activation(), never);
    const computing = (await openContainer(loop, runtime)).run(activation(), never);
    const ends = Promise.all([codeOf(waiting), codeOf(computing)]);
    await runtime.close();
    await runtime.close();
    expect(await ends).toEqual(['WW_ERR_RUN_ABORTED', 'WW_ERR_RUN_ABORTED']);
    expect(await codeOf(openContainer(quick, runtime))).toBe('WW_ERR_RUNTIME_UNAVAILABLE');
  });

  it('makes a guest that writes wait for its reader, and keeps every byte in order', async () => {
    // 64 KiB a write, 200 of them: fifty times of what may be on its way.
    const flooding = `(module ${write} (memory (export "memory") 3)
      (data (i32.const 0) "\\10\\00\\00\\00\\00\\00\\01\\00")
      (func (export "_start") (local $left i32) (local.set $left (i32.const 200))
        (loop $again
          (memory.fill (i32.const 16) (local.get $left) (i32.const 65536))
          (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
          (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))`;
    const container = await openContainer(flooding, openRuntime());
    const seen: Uint8Array[] = [];
    const logs = {
      write: (stream: LogStream, bytes: Uint8Array): void => {
        expect(stream).toBe('stderr');
        seen.push(bytes.slice());
      },
    };
    await container.run(activation({ logs, logBytesMax: 64 * 1024 * 1024 }), never);
    const all = Buffer.concat(seen);
    expect(all.length).toBe(200 * 65_536);
    for (let part = 0; part < 200; part += 1)
      expect(
        all.subarray(part * 65_536, (part + 1) * 65_536).every((byte) => byte === 200 - part),
      ).toBe(true);
  });

  it('bounds what a guest may subscribe to at once', async () => {
    // A million subscriptions would be a hundred megabytes of the host's memory.
    const greedy = `(module ${poll} (memory (export "memory") 1000)
      (func (export "_start")
        (if (i32.eqz (call $poll (i32.const 0) (i32.const 50000000) (i32.const 1000000) (i32.const 60000000)))
          (then unreachable))))`;
    const container = await openContainer(greedy, openRuntime());
    const end = await codeOf(container.run(activation(), never));
    expect(['it succeeded', 'WW_ERR_GUEST_TRAP']).toContain(end);
    const { details } = (await container
      .run(activation(), never)
      .catch((error: unknown) => error)) as {
      details?: { trap?: string };
    };
    // Refused, by an error number or a trap, but never granted.
    expect(details?.trap).not.toBe('unreachable-code-reached');
  });

  it('finds code that another process left in the cache, and trusts no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-code-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const cached = { codeCache: { folder: join(folder, 'code'), bytesMax: 64 * 1024 * 1024 } };
    const answer = async (): Promise<string> => {
      const container = await openContainer(
        `(module (memory (export "memory") 1) (func (export "main") (result i32) (i32.const 7)))`,
        openRuntime(cached),
      );
      return jsonTextToString((await container.run(activation(), never)).result.json);
    };
    expect(await answer()).toBe('{"result":7}');
    const entries = (): string[] =>
      readdirSync(join(folder, 'code')).filter((name) => /^[0-9a-f]{64}/.test(name));
    const [entry, ...others] = entries();
    expect(others).toEqual([]);
    const path = join(folder, 'code', entry ?? '');
    const whole = readFileSync(path);
    expect(await answer()).toBe('{"result":7}');
    // Damage in the middle of the native code: compiled again, and written again.
    const damaged = Buffer.from(whole);
    const middle = damaged.length >> 1;
    damaged.writeUInt8(damaged.readUInt8(middle) ^ 1, middle);
    writeFileSync(path, damaged);
    expect(await answer()).toBe('{"result":7}');
    expect(readFileSync(path).equals(damaged)).toBe(false);
  });
});
