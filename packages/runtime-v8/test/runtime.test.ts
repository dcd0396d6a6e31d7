import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type {
  Activation,
  CommandRun,
  ContainerSettings,
  RuntimeContainer,
  RuntimeOptions,
  WasmRuntime,
} from '@wasmwhisk/runtime';
import { createRuntime } from '@wasmwhisk/runtime-v8';
import { artifactOf } from './wat.js';

const limits = { memoryBytes: 1024 * 1024, tableElements: 1000, resultBytes: 1024 };
const never = new AbortController().signal;

function openRuntime(options?: RuntimeOptions): WasmRuntime {
  const runtime = createRuntime(options);
  onTestFinished(() => runtime.close());
  return runtime;
}

async function openContainer(
  wat: string,
  runtime = openRuntime(),
  settings: Partial<ContainerSettings> = {},
): Promise<RuntimeContainer> {
  const compiled = await runtime.precompile(artifactOf(wat), limits);
  return runtime.initialize(compiled, {
    entry: undefined,
    limits,
    directories: [],
    http: { type: 'granted', hosts: ['*'] },
    ...settings,
  });
}

function activation(id = 'a', input = '{}'): Activation {
  return {
    id,
    input,
    environment: [],
    deadlineEpochMs: Date.now() + 60_000,
    trustUnit: 'someone',
    logBytesMax: 1_048_576,
    logs: { write: () => undefined },
  };
}

const poll =
  '(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))';
/** Sleeps for $ms milliseconds; needs $poll and a memory. */
const sleepFunction = `(func $sleep (param $ms i64)
  (i32.store (i32.const 16) (i32.const 1))
  (i64.store (i32.const 24) (i64.mul (local.get $ms) (i64.const 1000000)))
  (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128))))`;
const sleeper = `(module ${poll} (memory (export "memory") 1) ${sleepFunction}
  (func (export "_start") (call $sleep (i64.const 50))))`;
const longSleeper = sleeper.replace('(i64.const 50)', '(i64.const 100000)');

/** Answers how many bytes of its memory are not zero, then fills it. */
const dirty = `(module (memory 2)
  (func (export "main") (result i32) (local $at i32) (local $found i32)
    (loop $next
      (local.set $found (i32.add (local.get $found)
        (i32.ne (i32.load8_u (local.get $at)) (i32.const 0))))
      (i32.store8 (local.get $at) (i32.const 0xEE))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 131072))))
    (local.get $found)))`;

describe('a fresh instance', () => {
  it('sees nothing of an earlier run, in this container or another', async () => {
    const runtime = openRuntime();
    const containers = [await openContainer(dirty, runtime), await openContainer(dirty, runtime)];
    for (let run = 0; run < 20; run += 1)
      for (const container of containers)
        expect((await container.run(activation('a', '{"args":[]}'), never)).result).toEqual({
          type: 'ok',
          json: '{"result":0}',
        });
  });

  it('sees nothing of a run that trapped', async () => {
    const runtime = openRuntime();
    const trapping = await openContainer(
      dirty.replace('(local.get $found)))', 'unreachable))'),
      runtime,
    );
    await expect(trapping.run(activation('a', '{"args":[]}'), never)).rejects.toMatchObject({
      code: 'WW_ERR_GUEST_TRAP',
    });
    const { result } = await (
      await openContainer(dirty, runtime)
    ).run(activation('b', '{"args":[]}'), never);
    expect(result.json).toBe('{"result":0}');
  });

  it('shares no memory with a run that waits', async () => {
    const guest = `(module ${poll} (memory (export "memory") 1) ${sleepFunction}
      (func (export "main") (param $mine i32) (result i32)
        (i32.store (i32.const 1000) (local.get $mine))
        (call $sleep (i64.const 20))
        (i32.load (i32.const 1000))))`;
    const container = await openContainer(guest);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        container.run(activation(String(index), `{"args":[${String(index)}]}`), never),
      ),
    );
    expect(answers.map(({ result }) => result.json)).toEqual(
      answers.map((_, index) => `{"result":${String(index)}}`),
    );
  });
});

describe('memory', () => {
  const grow = (end: string): string => `(module (memory (export "memory") 1)
    (func (export "main") (result i32)
      (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
      ${end}))`;

  it('that is used up is what a failed guest is told', async () => {
    const container = await openContainer(grow('unreachable'));
    await expect(container.run(activation('a', '{"args":[]}'), never)).rejects.toMatchObject({
      code: 'WW_ERR_RUN_MEMORY_LIMIT',
      details: { peakMemoryBytes: limits.memoryBytes },
    });
  });

  it('is reported as it was at most', async () => {
    const container = await openContainer(grow('(memory.size)'));
    const { result, usage } = await container.run(activation('a', '{"args":[]}'), never);
    expect(result.json).toBe('{"result":16}');
    expect(usage.peakMemoryBytes).toBe(limits.memoryBytes);
  });

  it('may be several', async () => {
    const several = `(module (memory (export "a") 1) (memory (export "b") 2)
      (func (export "main") (result i32) (memory.size 1)))`;
    const { result, usage } = await (
      await openContainer(several)
    ).run(activation('a', '{"args":[]}'), never);
    expect(result.json).toBe('{"result":2}');
    expect(usage.peakMemoryBytes).toBe(3 * 65_536);
  });
});

describe('waiting', () => {
  it('is told with the activation that waits', async () => {
    const told: string[] = [];
    const runtime = openRuntime({
      onWaiting: (id, waiting) => told.push(`${id} ${String(waiting)}`),
    });
    const container = await openContainer(sleeper, runtime);
    await Promise.all([
      container.run(activation('a'), never),
      container.run(activation('b'), never),
    ]);
    expect(told.slice(0, 2)).toEqual(['a true', 'b true']);
    expect(told.slice(2).sort()).toEqual(['a false', 'b false']);
  });

  it('ends with the signal, and so does the run', async () => {
    const container = await openContainer(longSleeper);
    const controller = new AbortController();
    const run = container.run(activation(), controller.signal);
    controller.abort({ type: 'timeout' });
    await expect(run).rejects.toMatchObject({ code: 'WW_ERR_RUN_TIMEOUT' });
  });

  it('ends the run of a guest that catches its end, too', async () => {
    const stubborn = `(module ${poll} (memory (export "memory") 1) ${sleepFunction}
      (func (export "_start") (try (do (call $sleep (i64.const 100000))) (catch_all))))`;
    const container = await openContainer(stubborn);
    const controller = new AbortController();
    const run = container.run(activation(), controller.signal);
    controller.abort({ type: 'destroyed' });
    await expect(run).rejects.toMatchObject({ code: 'WW_ERR_RUN_ABORTED' });
  });

  it('is a trap where a guest cannot be suspended', async () => {
    const container = await openContainer(
      `(module ${poll} (memory (export "memory") 1) ${sleepFunction}
        (func $early (call $sleep (i64.const 1)))
        (start $early)
        (func (export "_start")))`,
    );
    await expect(container.run(activation(), never)).rejects.toMatchObject({
      code: 'WW_ERR_GUEST_TRAP',
      message: expect.stringContaining('cannot be suspended') as string,
    });
  });
});

describe('CPU time', () => {
  it('is told of a run that had the thread to itself', async () => {
    const spin = `(module (func (export "main") (local $i i32)
      (loop $next (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20000000))))))`;
    const { usage } = await (await openContainer(spin)).run(activation('a', '{"args":[]}'), never);
    expect(usage.cpuTimeUs).toBeGreaterThan(1000);
  });

  it('is not told of runs that shared it', async () => {
    const container = await openContainer(sleeper);
    const outcomes = await Promise.all([
      container.run(activation('a'), never),
      container.run(activation('b'), never),
    ]);
    expect(outcomes.map(({ usage }) => usage.cpuTimeUs)).toEqual([undefined, undefined]);
  });
});

describe('what is checked before the first run', () => {
  it.each([
    [
      'no entry',
      '(module (memory (export "memory") 1) (func (export "set_input") (param i32) (result i32) i32.const 0) (func (export "get_result") (result i32) i32.const 0) (func (export "get_result_len") (result i32) i32.const 0))',
    ],
    [
      'an entry with parameters',
      '(module (memory (export "memory") 1) (func (export "_start") (param i32)))',
    ],
  ])('refuses %s', async (_what, wat) => {
    await expect(openContainer(wat)).rejects.toMatchObject({ code: 'WW_ERR_GUEST_EXPORT_MISSING' });
  });

  it('refuses a table above its limit', async () => {
    await expect(
      openContainer('(module (table 2000 funcref) (func (export "_start")))'),
    ).rejects.toMatchObject({ code: 'WW_ERR_RUN_MEMORY_LIMIT' });
  });

  it('refuses what V8 does not compile', async () => {
    const invalid = artifactOf('(module (func (export "_start") (drop (i32.const 1))))');
    // The constant becomes a float's opcode with an operand that is cut short.
    const bytes = invalid.bytes.slice();
    bytes[bytes.lastIndexOf(0x41)] = 0x44;
    await expect(openRuntime().precompile({ ...invalid, bytes }, limits)).rejects.toMatchObject({
      code: 'WW_ERR_GUEST_COMPILE',
    });
  });

  it('refuses a directory that is not there', async () => {
    const directories = [
      { hostPath: '/nonexistent-of-wasmwhisk', guestPath: '/data', access: 'read-only' },
    ] as const;
    await expect(
      openContainer('(module (func (export "_start")))', openRuntime(), { directories }),
    ).rejects.toMatchObject({
      code: 'WW_ERR_CAPABILITY_DENIED',
      message: expect.stringContaining('/data') as string,
    });
  });

  it('refuses code of another runtime, and runs after destroy', async () => {
    const runtime = openRuntime();
    const foreign = { runtime: 'jco', digest: 'x', code: undefined };
    await expect(
      runtime.initialize(foreign, {
        entry: undefined,
        limits,
        directories: [],
        http: { type: 'denied', reason: '' },
      }),
    ).rejects.toMatchObject({ code: 'WW_ERR_RUNTIME_INTERNAL' });
    const container = await openContainer('(module (func (export "_start")))', runtime);
    await container.destroy();
    await container.destroy();
    await expect(container.run(activation(), never)).rejects.toMatchObject({
      code: 'WW_ERR_RUNTIME_INTERNAL',
    });
  });
});

describe('a plain command', () => {
  async function runCommand(wat: string, command: Partial<CommandRun> = {}, signal = never) {
    const runtime = openRuntime();
    const compiled = await runtime.precompile(artifactOf(wat), limits);
    const written: string[] = [];
    const outcome = await runtime.runCommand?.(
      compiled,
      {
        args: ['program'],
        environment: [],
        directories: [],
        limits,
        readStdin: () => new Uint8Array(),
        writeStdout: (bytes) => written.push(Buffer.from(bytes).toString()),
        writeStderr: () => undefined,
        ...command,
      },
      signal,
    );
    return { outcome, stdout: written.join('') };
  }

  /** Copies the file "f" of the first directory to stdout. */
  const cat = `(module
    (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "f")
    (func (export "_start") (local $error i32)
      (local.set $error (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8)))
      (if (local.get $error) (then (call $exit (local.get $error))))
      (i32.store (i32.const 16) (i32.const 100))
      (i32.store (i32.const 20) (i32.const 100))
      (drop (call $read (i32.load (i32.const 8)) (i32.const 16) (i32.const 1) (i32.const 12)))
      (i32.store (i32.const 20) (i32.load (i32.const 12)))
      (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 12)))))`;

  it('uses the directories it is given, and no others', async () => {
    const hostPath = mkdtempSync(join(tmpdir(), 'wasmwhisk-v8-'));
    onTestFinished(() => {
      rmSync(hostPath, { recursive: true });
    });
    writeFileSync(join(hostPath, 'f'), 'file');
    const directories = [{ hostPath, guestPath: '.', access: 'read-only' }] as const;
    expect(await runCommand(cat, { directories })).toEqual({
      outcome: { exitCode: 0 },
      stdout: 'file',
    });
    expect((await runCommand(cat)).outcome).toEqual({ exitCode: 8 });
  });

  it('waits, and ends with the signal', async () => {
    expect((await runCommand(sleeper)).outcome).toEqual({ exitCode: 0 });
    const controller = new AbortController();
    const run = runCommand(longSleeper, {}, controller.signal);
    setImmediate(() => {
      controller.abort({ type: 'caller-gone' });
    });
    await expect(run).rejects.toMatchObject({ code: 'WW_ERR_RUN_ABORTED' });
  });

  it('needs an entry', async () => {
    await expect(
      runCommand('(module (func (export "main") (result i32) (i32.const 1)))'),
    ).rejects.toMatchObject({ code: 'WW_ERR_ARTIFACT_UNSUPPORTED' });
  });
});

describe('a guest at the end of its stack', () => {
  it('leaves nothing open, wherever in a call it ran out', async () => {
    const hostPath = mkdtempSync(join(tmpdir(), 'wasmwhisk-v8-'));
    onTestFinished(() => {
      rmSync(hostPath, { recursive: true });
    });
    mkdirSync(join(hostPath, 'a/b/c/d'), { recursive: true });
    const diver = `(module
      (import "wasi_snapshot_preview1" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "a/b/c/d")
      (global $depth (mut i32) (i32.const 0))
      (func $dive (param $pad i64) (param $more i64)
        (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
        ;; The end of the stack is some ten thousand calls deep; calls that open are slow.
        (if (i32.gt_u (global.get $depth) (i32.const 2000)) (then
          (if (i32.eqz (i32.rem_u (global.get $depth) (i32.const 7))) (then
            (drop (call $stat (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 7) (i32.const 64)))
            (drop (call $open (i32.const 3) (i32.const 1) (i32.const 0) (i32.const 7) (i32.const 2) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 32)))))))
        (call $dive (local.get $more) (local.get $pad)))
      (func (export "main") (call $dive (i64.const 1) (i64.const 2))))`;
    const container = await openContainer(diver, openRuntime(), {
      directories: [{ hostPath, guestPath: '.', access: 'read-only' }],
    });
    const openBefore = readdirSync('/proc/self/fd').length;
    for (let run = 0; run < 3; run += 1)
      await expect(container.run(activation('a', '{"args":[]}'), never)).rejects.toMatchObject({
        code: 'WW_ERR_GUEST_TRAP',
        details: { trap: 'stack-overflow' },
      });
    expect(readdirSync('/proc/self/fd').length).toBe(openBefore);
  });
});
