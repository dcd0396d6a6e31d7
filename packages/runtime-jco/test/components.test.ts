import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readArtifact } from '@wasmwhisk/artifact';
import type { ContainerSettings, RunEnd, RunOutcome, RuntimeContainer } from '@wasmwhisk/runtime';
import { createRuntime } from '@wasmwhisk/runtime-jco';
import { componentize } from 'componentize-qjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Transpiler } from '../dist/transpiler.js';
import { actionComponent } from './action-component.js';

const page = 64 * 1024;
const runtime = createRuntime();

async function initialize(
  bytes: Uint8Array,
  memoryBytes = 256 * page,
  tableElements = 1000,
): Promise<RuntimeContainer> {
  const limits = { memoryBytes, tableElements, resultBytes: 1000 };
  const settings: ContainerSettings = {
    entry: undefined,
    limits,
    directories: [],
    http: { type: 'denied', reason: 'No host is granted.' },
  };
  const artifact = readArtifact(Uint8Array.from(bytes));
  return runtime.initialize(await runtime.precompile(artifact, limits), settings);
}

async function run(
  container: RuntimeContainer,
  signal = new AbortController().signal,
): Promise<RunOutcome> {
  return container.run(
    {
      id: 'test',
      input: '{}',
      environment: [],
      deadlineEpochMs: Date.now() + 10_000,
      trustUnit: 'someone',
      logBytesMax: 1_048_576,
      logs: { write: () => undefined },
    },
    signal,
  );
}

/** The answer of a component that is made of this body alone. */
async function answerOf(body: string, fields = ''): Promise<RunOutcome['result']> {
  return (await run(await initialize(await actionComponent({ body, fields })))).result;
}

describe('names in a component', () => {
  it.each(["x'+(globalThis.injected=1)+'", 'x\\\\', 'x\\n', 'x\\22'])(
    'are never evaluated as code: %s',
    async (name) => {
      const bytes = await actionComponent({
        others: `(core module $other (func (export "${name}")))
                 (core instance $other (instantiate $other))`,
        given: `(with "${name}" (instance $other))`,
        fields: `(import "${name}" "${name}" (func))`,
        body: '(call $answer_number (i32.const 1))',
      });
      await expect(initialize(bytes)).rejects.toMatchObject({
        code: 'WW_ERR_ARTIFACT_UNSUPPORTED',
      });
      expect(globalThis).not.toHaveProperty('injected');
    },
  );
});

describe('transpiling', () => {
  it('goes on after a component that makes jco panic', async () => {
    const panicking = await actionComponent({
      imports: '(import "m" (core module $m)) (core instance (instantiate $m))',
      body: '',
    });
    const sound = await actionComponent({ body: '(call $answer_number (i32.const 1))' });
    // Its import is refused before it comes to the transpiler, so that one is asked by itself.
    const transpiler = new Transpiler();
    onTestFinished(() => transpiler.close());
    const both = await Promise.allSettled([
      transpiler.transpile(panicking),
      transpiler.transpile(sound),
    ]);
    expect(both).toMatchObject([
      { status: 'rejected', reason: { code: 'WW_ERR_GUEST_COMPILE' } },
      { status: 'fulfilled' },
    ]);
    await transpiler.transpile(sound);
  });

  it('says what jco refuses', async () => {
    const bytes = await actionComponent({
      others: '(component $inner) (export "inner" (component $inner))',
      body: '',
    });
    await expect(initialize(bytes)).rejects.toMatchObject({
      code: 'WW_ERR_GUEST_COMPILE',
      message: expect.stringContaining('component export `inner`') as string,
    });
  });

  it('is given up when the runtime is closed', async () => {
    const closing = createRuntime();
    const bytes = await actionComponent({ body: '' });
    const limits = { memoryBytes: 256 * page, tableElements: 1000 };
    const precompiled = closing.precompile(readArtifact(Uint8Array.from(bytes)), limits);
    const rejected = expect(precompiled).rejects.toMatchObject({ code: 'WW_ERR_RUN_ABORTED' });
    await sleep(0);
    await closing.close();
    await rejected;
  });
});

describe('answers of the action world', () => {
  const data = (text: string): string => `(data (i32.const 4096) "${text}")`;

  it('takes an empty text for an empty result', async () => {
    expect(await answerOf('')).toEqual({ type: 'ok', json: '{}' });
  });

  it('makes a JSON string of an error that is no JSON', async () => {
    expect(
      await answerOf('(call $fail (i32.const 4096) (i32.const 9))', data('not found')),
    ).toEqual({ type: 'application-error', json: '"not found"' });
  });

  it('keeps an error that is JSON as it was written', async () => {
    const text = '{\\"a\\":1.0}';
    expect(await answerOf('(call $fail (i32.const 4096) (i32.const 9))', data(text))).toEqual({
      type: 'application-error',
      json: '{"a":1.0}',
    });
  });

  it.each(['$answer', '$fail'])('refuses text that is no UTF-8 from %s', async (how) => {
    const body = `(call ${how} (i32.const 4096) (i32.const 3))`;
    await expect(answerOf(body, data('\\22\\ff\\22'))).rejects.toMatchObject({
      code: 'WW_ERR_RESULT_INVALID',
    });
  });

  it('treats an answer outside of memory as a trap', async () => {
    await expect(
      answerOf('(call $answer (i32.const 65530) (i32.const 100))'),
    ).rejects.toMatchObject({ code: 'WW_ERR_GUEST_TRAP' });
  });

  it('treats an answer that is neither ok nor err as a trap', async () => {
    await expect(answerOf('(i32.store8 (i32.const 0) (i32.const 7))')).rejects.toMatchObject({
      code: 'WW_ERR_GUEST_TRAP',
    });
  });
});

describe('exits', () => {
  const exiting = async (status: number): Promise<RuntimeContainer> =>
    initialize(
      await actionComponent({
        imports: `(import "wasi:cli/exit@0.2.0" (instance $exit
            (export "exit" (func (param "status" (result))))))
          (core func $exit (canon lower (func $exit "exit")))`,
        given: '(with "host" (instance (export "exit" (func $exit))))',
        fields: '(import "host" "exit" (func $exit (param i32)))',
        body: `(call $exit (i32.const ${String(status)}))`,
      }),
    );

  it('takes an exit in good order for an end without an answer', async () => {
    expect((await run(await exiting(0))).result).toEqual({ type: 'ok', json: '{}' });
  });

  it('takes any other for exit code 1', async () => {
    await expect(run(await exiting(1))).rejects.toMatchObject({
      code: 'WW_ERR_GUEST_EXIT',
      details: { exitCode: 1 },
    });
  });
});

describe('versions of WASI', () => {
  const importing = (name: string): Promise<Uint8Array> =>
    actionComponent({
      imports: `(import "${name}" (instance $clock (export "now" (func (result u64)))))
        (core func $now (canon lower (func $clock "now")))`,
      given: '(with "host" (instance (export "now" (func $now))))',
      fields: '(import "host" "now" (func $now (result i64)))',
      body: '(call $answer_number (i64.ne (call $now) (i64.const 0)))',
    });

  it.each(['0.2.0', '0.2.3', '0.2.12', '0.2.99'])('serves %s', async (version) => {
    const bytes = await importing(`wasi:clocks/monotonic-clock@${version}`);
    expect((await run(await initialize(bytes))).result.json).toBe('{"n":1001}');
  });

  it.each([
    'wasi:clocks/monotonic-clock@0.3.0',
    'wasi:clocks/no-clock@0.2.0',
    'other:clocks/monotonic-clock@0.2.0',
  ])('refuses to link %s', async (name) => {
    await expect(importing(name).then((bytes) => initialize(bytes))).rejects.toMatchObject({
      code: 'WW_ERR_GUEST_LINK',
    });
  });
});

describe('tables and memories that core modules share', () => {
  const answers = async (parts: Parameters<typeof actionComponent>[0]): Promise<unknown> => {
    const { result } = await run(await initialize(await actionComponent(parts)));
    return JSON.parse(String(result.json));
  };
  const library = `(core module $library
      (type $f (func (result i32)))
      (table (export "table") 10 LIMIT funcref)
      (memory (export "memory") 1 LIMIT)
      (elem (i32.const 3) $three)
      (func $three (type $f) (i32.const 3)))
    (core instance $library (instantiate $library))`;
  const given = '(with "library" (instance $library))';

  it.each([
    ['without a maximum', '', ''],
    ['with the same maximum', '500', '500'],
    ['with a larger maximum', '500', '60000'],
    ['with a maximum above every limit', '60000', '65536'],
  ])('link %s in the importer, beside a table of its own', async (_, exported, imported) => {
    const parts = {
      others: library.replaceAll('LIMIT', exported),
      given,
      fields: `(type $f (func (result i32)))
        (import "library" "table" (table $shared 10 ${imported} funcref))
        (table $own 41 funcref)`,
      body: '(call $answer_number (call_indirect $shared (type $f) (i32.const 3)))',
    };
    expect(await answers(parts)).toEqual({ n: 1003 });
  });

  it.each([
    ['without a maximum', '', ''],
    ['with a larger maximum', '500', '60000'],
  ])('link %s in the importer, beside a memory of its own', async (_, exported, imported) => {
    const parts = {
      others: `${library.replaceAll('LIMIT', exported)}
        (core module $both
          (import "library" "memory" (memory $shared 1 ${imported}))
          (memory $own 2)
          (func (export "sizes") (result i32)
            (i32.store $shared (i32.const 0) (i32.const 100))
            (i32.store $own (i32.const 0) (i32.const 20))
            (i32.add (i32.load $shared (i32.const 0)) (i32.load $own (i32.const 0)))))
        (core instance $both (instantiate $both ${given}))`,
      given: '(with "both" (instance $both))',
      fields: '(import "both" "sizes" (func $sizes (result i32)))',
      body: '(call $answer_number (call $sizes))',
    };
    expect(await answers(parts)).toEqual({ n: 1120 });
  });

  // QuickJS and the adapter between it and WASI share a table of forty-one beside their own.
  it.each([
    ['as it is recommended', {}],
    ['synchronous', { sync: true }],
    ['synchronous and small', { sync: true, optSize: true }],
    ['without WASI', { sync: true, stubWasi: true }],
  ])('link in a component of componentize-qjs, %s', async (_, options) => {
    const { component } = await componentize({
      witPath: fileURLToPath(new URL('../../../wit/action.wit', import.meta.url)),
      world: 'action',
      jsSource: 'export const handler = { run: () => JSON.stringify({ n: 7 }) };',
      ...options,
    });
    const container = await initialize(component, 1024 * page, 1_000_000);
    expect((await run(container)).result).toEqual({ type: 'ok', json: '{"n":7}' });
  });

  it('are passed on by a module between, and grow to the limit of the one that defines them', async () => {
    const grow = '(table.grow $shared (ref.null func) (i32.const 1))';
    const parts = {
      others: `${library.replaceAll('LIMIT', '')}
        (core module $between
          (import "library" "table" (table $shared 10 funcref))
          (table 400 funcref)
          (export "passed" (table $shared)))
        (core instance $between (instantiate $between ${given}))`,
      given: '(with "between" (instance $between))',
      fields: `(import "between" "passed" (table $shared 10 funcref))
        (table 100 funcref)`,
      body: `(loop $more (br_if $more (i32.ne ${grow} (i32.const -1))))
        (call $answer_number (table.size $shared))`,
    };
    // 1,000 elements in all: the two other tables keep at least what they declare.
    const { n } = (await answers(parts)) as { readonly n: number };
    expect(n).toBeGreaterThanOrEqual(1010);
    expect(n).toBeLessThanOrEqual(1500);
  });
});

describe('the memory limit', () => {
  it('holds for all instances of all core modules together', async () => {
    const grow = (memory: string): string =>
      `(func (export "grow") (result i32)
         (loop $more (br_if $more (i32.ne (memory.grow ${memory} (i32.const 1)) (i32.const -1))))
         (memory.size ${memory}))`;
    const bytes = await actionComponent({
      others: `(core module $other (memory (export "memory") 3) ${grow('')})
        (core module $small (memory (export "memory") 1 2) ${grow('')})
        (core instance $one (instantiate $other))
        (core instance $two (instantiate $other))
        (core instance $small (instantiate $small))`,
      given:
        '(with "one" (instance $one)) (with "two" (instance $two)) (with "small" (instance $small))',
      fields: `(import "one" "grow" (func $one (result i32)))
        (import "two" "grow" (func $two (result i32)))
        (import "small" "grow" (func $small (result i32)))
        ${grow('')}`,
      body: `(call $answer_number
        (i32.add (i32.add (call $one) (call $two)) (i32.add (call $small) (call 3))))`,
    });
    const { result, usage } = await run(await initialize(bytes, 100 * page));
    expect(result.json).toBe('{"n":1100}');
    expect(usage.peakMemoryBytes).toBe(100 * page);
    await expect(initialize(bytes, 7 * page)).rejects.toMatchObject({
      code: 'WW_ERR_RUN_MEMORY_LIMIT',
    });
  });
});

describe('many instances', () => {
  it.each(['memory', 'table'])('are refused when each has a %s', async (what) => {
    const others = (count: number): string =>
      `(core module $other (${what} ${what === 'memory' ? '0' : '0 funcref'}))` +
      '(core instance (instantiate $other))'.repeat(count);
    const few = await actionComponent({ others: others(60), body: '' });
    expect((await run(await initialize(few))).result.json).toBe('{}');
    const many = await actionComponent({ others: others(65), body: '' });
    await expect(initialize(many)).rejects.toMatchObject({ code: 'WW_ERR_ARTIFACT_UNSUPPORTED' });
  });
});

describe('a broken canonical ABI', () => {
  const asking = async (handle: string): Promise<RuntimeContainer> =>
    initialize(
      await actionComponent({
        imports: `(import "wasi:io/poll@0.2.0" (instance $poll
            (export "pollable" (type $pollable (sub resource)))
            (export "[method]pollable.ready" (func (param "self" (borrow $pollable)) (result bool)))))
          (core func $ready (canon lower (func $poll "[method]pollable.ready")))`,
        given: '(with "host" (instance (export "ready" (func $ready))))',
        fields: '(import "host" "ready" (func $ready (param i32) (result i32)))',
        body: `(drop (call $ready (i32.const ${handle})))`,
      }),
    );

  it.each(['0', '1', '77', '-1', '0x40000000'])('traps on the handle %s', async (handle) => {
    const container = await asking(handle);
    await expect(run(container)).rejects.toMatchObject({ code: 'WW_ERR_GUEST_TRAP' });
  });
});

describe('ended while waiting', () => {
  const waiting = (body: string): Promise<Uint8Array> =>
    actionComponent({
      imports: `(import "wasi:io/poll@0.2.0" (instance $poll
          (export "pollable" (type $pollable (sub resource)))
          (export "[method]pollable.block" (func (param "self" (borrow $pollable))))
          (export "poll" (func (param "in" (list (borrow $pollable))) (result (list u32))))))
        (alias export $poll "pollable" (type $pollable))
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
          (alias outer 1 $pollable (type $outer))
          (export "pollable" (type $pollable (eq $outer)))
          (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
        (core module $memory (memory (export "memory") 1)
          (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
        (core instance $memory (instantiate $memory))
        (core func $subscribe (canon lower (func $clock "subscribe-duration")))
        (core func $block (canon lower (func $poll "[method]pollable.block")))
        (core func $poll (canon lower (func $poll "poll") (memory (core memory $memory "memory"))
          (realloc (core func $memory "realloc"))))`,
      given: `(with "host" (instance (export "subscribe" (func $subscribe))
        (export "block" (func $block)) (export "poll" (func $poll))))`,
      fields: `(import "host" "subscribe" (func $subscribe (param i64) (result i32)))
        (import "host" "block" (func $block (param i32)))
        (import "host" "poll" (func $poll (param i32 i32 i32)))`,
      body,
    });
  const timeout: RunEnd = { type: 'timeout' };
  const hour = '(i64.const 3600000000000)';

  it('ends a guest that waits for ever, and frees it', async () => {
    const container = await initialize(await waiting(`(call $block (call $subscribe ${hour}))`));
    const endMany = async (count: number): Promise<void> => {
      const abort = new AbortController();
      const runs = Array.from({ length: count }, () => run(container, abort.signal));
      const ended = Promise.allSettled(runs);
      await sleep(20);
      abort.abort(timeout);
      for (const outcome of await ended)
        expect(outcome).toMatchObject({ reason: { code: 'WW_ERR_RUN_TIMEOUT' } });
    };
    await endMany(50);
    const before = memoryInUse();
    for (let round = 0; round < 8; round += 1) await endMany(50);
    // 400 guests that are still suspended would hold 50 MiB of memories and as much of objects.
    expect(memoryInUse() - before).toBeLessThan(10 * 1024 * 1024);
  });

  it('ends a guest that polls without ever sleeping', async () => {
    const container = await initialize(
      await waiting(
        '(local $p i32) (local.set $p (call $subscribe (i64.const 0))) (loop $again (call $block (local.get $p)) (br $again))',
      ),
    );
    const abort = new AbortController();
    const ended = expect(run(container, abort.signal)).rejects.toMatchObject({
      code: 'WW_ERR_RUN_TIMEOUT',
    });
    // Nothing but microtasks runs while it polls: end it from the first of its waits.
    queueMicrotask(() => {
      queueMicrotask(() => {
        abort.abort(timeout);
      });
    });
    await ended;
  });

  it.each([
    ['block', '(call $block (i32.const 7))'],
    ['poll', '(call $poll (i32.const 12000) (i32.const 1) (i32.const 8))'],
  ])('traps on a handle that is none in %s', async (_name, body) => {
    await expect(run(await initialize(await waiting(body)))).rejects.toMatchObject({
      code: 'WW_ERR_GUEST_TRAP',
    });
  });

  it('traps on an empty list to poll', async () => {
    const container = await initialize(
      await waiting('(call $poll (i32.const 0) (i32.const 0) (i32.const 8))'),
    );
    await expect(run(container)).rejects.toMatchObject({ code: 'WW_ERR_GUEST_TRAP' });
  });
});

describe('compiled glue', () => {
  it('is collected with the last container', async () => {
    const bytesOf = (index: number): Promise<Uint8Array> =>
      actionComponent({ body: `(call $answer_number (i32.const ${String(index)}))` });
    const initializeMany = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index += 1) {
        const container = await initialize(await bytesOf(index));
        expect((await run(container)).result.json).toBe(`{"n":1${String(index).padStart(3, '0')}}`);
        await container.destroy();
      }
    };
    await initializeMany(0, 20);
    const before = memoryInUse();
    await initializeMany(20, 60);
    // 40 sources alone are 4 MiB, and what is compiled of them several times that.
    expect(memoryInUse() - before).toBeLessThan(4 * 1024 * 1024);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of this thread after full collections. */
function memoryInUse(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
