import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  isWasmRuntimeError,
  type CompiledArtifact,
  type ContainerSettings,
  type LogStream,
  type WasmRuntimeError,
} from '@wasmwhisk/runtime';
import {
  PooledRunner,
  type PooledRunnerOptions,
  type RunnerContainer,
  type RunRequest,
} from '@wasmwhisk/runner';

const settings: ContainerSettings = {
  entry: undefined,
  limits: { memoryBytes: 1 << 20, tableElements: 1000, resultBytes: 1 << 20 },
  directories: [],
  http: { type: 'denied', reason: 'not granted' },
};

const compiled: CompiledArtifact = { runtime: 'scripted', digest: '0', code: 'accept' };
const never = new AbortController().signal;

function createRunner(options: Partial<PooledRunnerOptions> = {}): PooledRunner {
  const runner = new PooledRunner({
    runtimes: { scripted: new URL('./scripted-runtime.mjs', import.meta.url).href },
    threads: 2,
    spareThreads: 1,
    ...options,
  });
  onTestFinished(() => runner.close());
  return runner;
}

class Output {
  readonly lines: string[] = [];
  readonly write = (stream: LogStream, bytes: Uint8Array): void => {
    this.lines.push(`${stream}: ${Buffer.from(bytes).toString().trimEnd()}`);
  };
}

function request(act: object, overrides: Partial<RunRequest> = {}): RunRequest {
  return {
    activationId: 'a',
    input: JSON.stringify(act),
    environment: [],
    deadlineEpochMs: Date.now() + 20_000,
    trustUnit: 'guest',
    logBytesMax: 1 << 20,
    logs: { write: () => undefined },
    ...overrides,
  };
}

async function failure(run: Promise<unknown>): Promise<WasmRuntimeError> {
  try {
    await run;
  } catch (error) {
    if (isWasmRuntimeError(error)) return error;
    throw error;
  }
  throw new Error('the run did not fail');
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error('the condition did not come true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('PooledRunner', () => {
  it('carries text both ways, short and long, without changing it', async () => {
    const runner = createRunner();
    const container = await runner.initialize('c', compiled, settings);
    const short = '{"act":"echo","big":18446744073709551615,"x":1.0}';
    expect((await runner.run(container, request({}, { input: short }), never)).result).toEqual({
      type: 'ok',
      json: short,
    });
    const long = new TextEncoder().encode(
      JSON.stringify({ act: 'echo', pad: 'x'.repeat(5_000_000) }),
    );
    const expected = Buffer.from(long).toString();
    const { result } = await runner.run(container, request({}, { input: long }), never);
    expect(Buffer.from(result.json as Uint8Array).toString()).toBe(expected);
  });

  it('gives errors with their code and details', async () => {
    const runner = createRunner();
    const container = await runner.initialize('c', compiled, settings);
    const error = await failure(runner.run(container, request({ act: 'unknown' }), never));
    expect(error.code).toBe('WW_ERR_GUEST_TRAP');
    expect(error.details.trap).toBe('unreachable-code-reached');
  });

  it('refuses at initialize what a runtime refuses', async () => {
    const runner = createRunner();
    const refused = runner.initialize('c', { ...compiled, code: 'refuse' }, settings);
    expect((await failure(refused)).code).toBe('WW_ERR_GUEST_LINK');
    const unknown = runner.initialize('c', { ...compiled, runtime: 'other' }, settings);
    expect((await failure(unknown)).code).toBe('WW_ERR_RUNTIME_UNAVAILABLE');
  });

  it('delivers output in order and once, however much there is', async () => {
    const runner = createRunner();
    const container = await runner.initialize('c', compiled, settings);
    const output = new Output();
    await runner.run(container, request({ act: 'echo', lines: 20_000 }, { logs: output }), never);
    expect(output.lines).toEqual(
      Array.from(
        { length: 20_000 },
        (_, index) => `${index % 2 === 0 ? 'stdout' : 'stderr'}: line ${String(index)}`,
      ),
    );
  });

  it('ends a loop at its deadline while other units go on, and keeps what it wrote', async () => {
    const ended: string[] = [];
    const runner = createRunner({ onThreadEnded: (reason) => ended.push(reason) });
    const container = await runner.initialize('c', compiled, settings);
    const output = new Output();
    const loop = failure(
      runner.run(
        container,
        request(
          { act: 'loop', lines: 3 },
          { logs: output, deadlineEpochMs: Date.now() + 400, trustUnit: 'hostile' },
        ),
        never,
      ),
    );
    // Readable before the end: a guest that never ends must not hide what it said.
    await until(() => output.lines.length === 3);
    for (let index = 0; index < 20; index += 1)
      await runner.run(container, request({ act: 'echo' }), never);
    expect((await loop).code).toBe('WW_ERR_RUN_TIMEOUT');
    expect(output.lines).toEqual(['stdout: line 0', 'stderr: line 1', 'stdout: line 2']);
    expect(ended).toHaveLength(1);
    expect(runner.status()).toMatchObject({ endedThreads: 1, runningRuns: 0 });
    // The next one is started before it is needed.
    await until(() => runner.status().threads >= 2);
  });

  it('packs waiting guests of one unit on one thread and keeps it from others', async () => {
    const runner = createRunner({ threads: 1, spareThreads: 0 });
    const container = await runner.initialize('c', compiled, settings);
    const waiting = Array.from({ length: 200 }, () =>
      runner.run(
        container,
        request({ act: 'wait', ms: 60_000 }, { deadlineEpochMs: Date.now() + 3000 }),
        never,
      ),
    );
    const ends = waiting.map((run) => failure(run));
    await until(() => runner.status().waitingRuns === 200);
    expect(runner.status().threads).toBe(1);
    // Another unit gets a thread of its own, although the only computing thread is held.
    const other = await runner.run(
      container,
      request({ act: 'echo' }, { trustUnit: 'other' }),
      never,
    );
    expect(other.result.type).toBe('ok');
    expect(runner.status().threads).toBe(2);
    for (const end of ends) expect((await end).code).toBe('WW_ERR_RUN_TIMEOUT');
    expect(runner.status().endedThreads).toBe(0);
  });

  it('lets a loop take down the waiting guests of its own unit only', async () => {
    const runner = createRunner();
    const container = await runner.initialize('c', compiled, settings);
    const ownWaiter = failure(
      runner.run(container, request({ act: 'wait', ms: 60_000 }, { trustUnit: 'hostile' }), never),
    );
    await until(() => runner.status().waitingRuns === 1);
    const otherWaiter = runner.run(
      container,
      request({ act: 'wait', ms: 1000 }, { trustUnit: 'good' }),
      never,
    );
    await until(() => runner.status().waitingRuns === 2);
    const loop = failure(
      runner.run(
        container,
        request({ act: 'loop' }, { trustUnit: 'hostile', deadlineEpochMs: Date.now() + 200 }),
        never,
      ),
    );
    expect((await loop).code).toBe('WW_ERR_RUN_TIMEOUT');
    const lost = await ownWaiter;
    expect(lost.code).toBe('WW_ERR_RUN_LOST');
    expect(lost.message).toContain('hostile');
    expect((await otherWaiter).result).toEqual({ type: 'ok', json: '{"waited":true}' });
  });

  it.each(['wait', 'wait-stubbornly', 'loop'])(
    'ends a guest that does %s by its signal',
    async (act) => {
      const runner = createRunner();
      const container = await runner.initialize('c', compiled, settings);
      const controller = new AbortController();
      const run = failure(runner.run(container, request({ act, ms: 60_000 }), controller.signal));
      await until(() => runner.status().busyThreads + runner.status().waitingRuns === 1);
      controller.abort({ type: 'destroyed' });
      const error = await run;
      expect(error.code).toBe('WW_ERR_RUN_ABORTED');
      expect(error.message).toContain('destroyed');
    },
  );

  it('refuses what exceeds the queue, and serves the queue in order', async () => {
    const runner = createRunner({ threads: 1, spareThreads: 0, queueSizeMax: 2 });
    const container = await runner.initialize('c', compiled, settings);
    await runner.run(container, request({ act: 'echo' }), never);
    const blocker = failure(
      runner.run(container, request({ act: 'loop' }, { deadlineEpochMs: Date.now() + 300 }), never),
    );
    const order: number[] = [];
    const queued = [1, 2].map((index) =>
      runner.run(container, request({ act: 'echo' }), never).then(() => order.push(index)),
    );
    const refused = await failure(runner.run(container, request({ act: 'echo' }), never));
    expect(refused.code).toBe('WW_ERR_RUNTIME_SATURATED');
    expect((await blocker).code).toBe('WW_ERR_RUN_TIMEOUT');
    await Promise.all(queued);
    expect(order).toEqual([1, 2]);
  });

  it('serves units in turn, and lets the one with most make room in a full queue', async () => {
    const runner = createRunner({ threads: 1, spareThreads: 0, queueSizeMax: 3 });
    const container = await runner.initialize('c', compiled, settings);
    await runner.run(container, request({ act: 'echo' }), never);
    const blocker = failure(
      runner.run(container, request({ act: 'loop' }, { deadlineEpochMs: Date.now() + 300 }), never),
    );
    const order: string[] = [];
    const queue = (name: string, trustUnit: string): Promise<unknown> =>
      runner
        .run(container, request({ act: 'echo' }, { trustUnit }), never)
        .then(() => order.push(name));
    const greedy = [queue('greedy 1', 'greedy'), queue('greedy 2', 'greedy')];
    const dropped = failure(queue('greedy 3', 'greedy'));
    const modest = queue('modest', 'modest');
    expect((await dropped).code).toBe('WW_ERR_RUNTIME_SATURATED');
    expect((await failure(queue('greedy 4', 'greedy'))).code).toBe('WW_ERR_RUNTIME_SATURATED');
    await Promise.all([...greedy, modest]);
    expect(order).toEqual(['greedy 1', 'modest', 'greedy 2']);
    await blocker;
  });

  it('lets others run while the long runs of one unit hold all threads', async () => {
    const runner = createRunner({ threads: 1, spareThreads: 0 });
    const container = await runner.initialize('c', compiled, settings);
    const loops = [1, 2].map(() =>
      failure(
        runner.run(
          container,
          request({ act: 'loop' }, { deadlineEpochMs: Date.now() + 4000, trustUnit: 'hostile' }),
          never,
        ),
      ),
    );
    const other = await runner.run(container, request({ act: 'echo' }), never);
    expect(other.result.type).toBe('ok');
    // The second loop has to wait: one unit gets no more for looping longer.
    expect(runner.status()).toMatchObject({ queuedRuns: 1, runningRuns: 1 });
    const codes = await Promise.all(loops.map(async (loop) => (await loop).code));
    expect(codes).toEqual(['WW_ERR_RUN_TIMEOUT', 'WW_ERR_RUNTIME_SATURATED']);
  });

  it('goes on while guests change their state as fast as they can', async () => {
    const runner = createRunner({ threads: 1, spareThreads: 0 });
    const container = await runner.initialize('c', compiled, settings);
    const controller = new AbortController();
    let ended = 0;
    const storm = Array.from({ length: 500 }, () =>
      failure(
        runner.run(
          container,
          request(
            { act: 'wait-endlessly' },
            { deadlineEpochMs: Date.now() + 50_000, trustUnit: 'hostile' },
          ),
          controller.signal,
        ),
      ).finally(() => (ended += 1)),
    );
    // Whoever had to wait for the storm's end would meet the deadline first.
    for (let index = 0; index < 20; index += 1)
      await runner.run(
        container,
        request({ act: 'echo' }, { deadlineEpochMs: Date.now() + 15_000 }),
        never,
      );
    expect(ended).toBe(0);
    controller.abort({ type: 'destroyed' });
    for (const run of storm) expect((await run).code).toBe('WW_ERR_RUN_ABORTED');
  });

  it('bounds what guests hold while they wait, at the cost of the unit that holds most', async () => {
    const runner = createRunner({ waitingMemoryBytesMax: 1000 });
    const container = await runner.initialize('c', compiled, settings);
    const wait = (trustUnit: string, bytes: number, ms: number): Promise<unknown> =>
      runner.run(container, request({ act: 'wait', ms, bytes }, { trustUnit }), never);
    const modest = wait('modest', 300, 800);
    await until(() => runner.status().waitingRuns === 1);
    const hoard = [wait('hoard', 200, 800), wait('hoard', 400, 800)].map((run) =>
      run.then(
        () => 'waited',
        (error: unknown) => (error as WasmRuntimeError).code,
      ),
    );
    await until(() => runner.status().waitingRuns === 3);
    expect((await failure(wait('hoard', 450, 60_000))).code).toBe('WW_ERR_RUN_MEMORY_LIMIT');
    await modest;
    expect(await Promise.all(hoard)).toEqual(['waited', 'waited']);
  });

  it('ends a queued run at its deadline without a thread', async () => {
    const runner = createRunner({ threads: 1, spareThreads: 0 });
    const container = await runner.initialize('c', compiled, settings);
    // Its thread is there from now on.
    await runner.run(container, request({ act: 'echo' }), never);
    const blocker = failure(
      runner.run(container, request({ act: 'loop' }, { deadlineEpochMs: Date.now() + 500 }), never),
    );
    const queued = failure(
      runner.run(container, request({ act: 'echo' }, { deadlineEpochMs: Date.now() + 100 }), never),
    );
    // Its guest did nothing for so long.
    expect((await queued).code).toBe('WW_ERR_RUNTIME_SATURATED');
    expect(runner.status().queuedRuns).toBe(0);
    await blocker;
  });

  it('forgets a container only when its guest is gone, however early that was answered', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pooled-runner-test-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const runner = createRunner({ computingGraceMs: 50 });
    const container = await runner.initialize('c', compiled, settings);
    const file = path.join(folder, 'written');
    const end = new AbortController();
    const run = failure(runner.run(container, request({ act: 'hold-thread', file }), end.signal));
    await until(() => runner.status().busyThreads > 0);
    end.abort({ type: 'destroyed' });
    expect((await run).code).toBe('WW_ERR_RUN_ABORTED');
    expect(existsSync(file)).toBe(false);
    await runner.destroy(container);
    expect(existsSync(file)).toBe(true);
  });

  it('survives a guest that fills the JavaScript heap', async () => {
    const runner = createRunner({ heapMiB: 32 });
    const container = await runner.initialize('c', compiled, settings);
    const error = await failure(runner.run(container, request({ act: 'fill-heap' }), never));
    expect(error.code).toBe('WW_ERR_RUN_MEMORY_LIMIT');
    expect((await runner.run(container, request({ act: 'echo' }), never)).result.type).toBe('ok');
  });

  it('survives a thread that exits', async () => {
    const runner = createRunner();
    const container = await runner.initialize('c', compiled, settings);
    expect((await failure(runner.run(container, request({ act: 'crash' }), never))).code).toBe(
      'WW_ERR_RUN_LOST',
    );
    expect((await runner.run(container, request({ act: 'echo' }), never)).result.type).toBe('ok');
  });

  it('initializes a container again on a thread that had to forget it', async () => {
    const runner = createRunner({ threads: 1, spareThreads: 0, containersPerThreadMax: 2 });
    const containers: RunnerContainer[] = [];
    for (const entry of ['one', 'two', 'three'])
      containers.push(await runner.initialize(entry, compiled, { ...settings, entry }));
    const runsOf = async (container: RunnerContainer | undefined): Promise<unknown> => {
      if (container === undefined) throw new Error('no such container');
      const { result } = await runner.run(container, request({ act: 'runs' }), never);
      return JSON.parse(result.json as string);
    };
    const [one, two, three] = containers;
    expect(await runsOf(one)).toEqual({ runs: 1, entry: 'one' });
    expect(await runsOf(two)).toEqual({ runs: 1, entry: 'two' });
    expect(await runsOf(one)).toEqual({ runs: 2, entry: 'one' });
    expect(await runsOf(three)).toEqual({ runs: 1, entry: 'three' });
    expect(await runsOf(two)).toEqual({ runs: 1, entry: 'two' });
    if (two === undefined) return;
    await runner.destroy(two);
    expect(await runsOf(two)).toEqual({ runs: 1, entry: 'two' });
  });

  it('starts a thread before it is needed, and no more than it may', async () => {
    const runner = createRunner({ threads: 3, spareThreads: 1 });
    const container = await runner.initialize('c', compiled, settings);
    await until(() => runner.status().threads === 2);
    const controller = new AbortController();
    const loops = [1, 2, 3].map(() =>
      failure(runner.run(container, request({ act: 'loop' }), controller.signal)),
    );
    await until(() => runner.status().busyThreads === 3 && runner.status().threads === 4);
    controller.abort({ type: 'destroyed' });
    for (const loop of loops) expect((await loop).code).toBe('WW_ERR_RUN_ABORTED');
  });

  it('packs short runs of one unit, and lets none of them wait for a loop or go down with it', async () => {
    const runner = createRunner({ threads: 2, spareThreads: 1 });
    const container = await runner.initialize('c', compiled, settings);
    const echo = () => runner.run(container, request({ act: 'echo' }), never);
    // The thread has to be known for short runs.
    await until(() => runner.status().threads === 2);
    for (let index = 0; index < 200; index += 1) await echo();
    let settled = 0;
    const loop = failure(
      runner.run(
        container,
        request({ act: 'loop' }, { deadlineEpochMs: Date.now() + 1500 }),
        never,
      ),
    ).finally(() => (settled += 1));
    const answers = await Promise.all(Array.from({ length: 40 }, echo));
    expect(answers.every(({ result }) => result.type === 'ok')).toBe(true);
    expect(settled).toBe(0);
    expect((await loop).code).toBe('WW_ERR_RUN_TIMEOUT');
    expect(runner.status()).toMatchObject({ runningRuns: 0, queuedRuns: 0 });
    await echo();
  });

  it('takes a run back that its caller no longer wants before it began', async () => {
    const runner = createRunner({ threads: 1, spareThreads: 0 });
    const container = await runner.initialize('c', compiled, settings);
    for (let index = 0; index < 200; index += 1)
      await runner.run(container, request({ act: 'echo' }), never);
    const controller = new AbortController();
    const loop = failure(
      runner.run(container, request({ act: 'loop' }, { deadlineEpochMs: Date.now() + 600 }), never),
    );
    const unwanted = failure(runner.run(container, request({ act: 'echo' }), controller.signal));
    const wanted = runner.run(container, request({ act: 'echo' }), never);
    controller.abort({ type: 'caller-gone' });
    expect((await unwanted).code).toBe('WW_ERR_RUN_ABORTED');
    expect(runner.status().endedThreads).toBe(0);
    expect((await loop).code).toBe('WW_ERR_RUN_TIMEOUT');
    expect((await wanted).result.type).toBe('ok');
  });

  it('keeps environments apart', async () => {
    const runner = createRunner();
    const container = await runner.initialize('c', compiled, settings);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        runner.run(
          container,
          request({ act: 'environment' }, { environment: [['__proto__', String(index)]] }),
          never,
        ),
      ),
    );
    expect(results.map(({ result }) => result.json)).toEqual(
      Array.from({ length: 50 }, (_, index) => `[["__proto__","${String(index)}"]]`),
    );
  });

  it('ends everything on close and takes nothing after it', async () => {
    const runner = createRunner();
    const container = await runner.initialize('c', compiled, settings);
    const runs = ['loop', 'wait', 'wait-stubbornly'].map((act) =>
      failure(runner.run(container, request({ act, ms: 60_000 }), never)),
    );
    await until(() => runner.status().runningRuns + runner.status().queuedRuns === 3);
    await runner.close();
    for (const run of runs) expect((await run).message).toContain('shut down');
    expect((await failure(runner.run(container, request({ act: 'echo' }), never))).code).toBe(
      'WW_ERR_RUN_ABORTED',
    );
    await runner.close();
  });
});
