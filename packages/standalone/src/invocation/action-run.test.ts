import { describe, expect, it, vi } from 'vitest';
import type { Container, RunAnswer } from '@wasmwhisk/executor';
import { WasmRuntimeError } from '@wasmwhisk/runtime';
import type { CodeStore } from '../storage/stores.js';
import { ActionRunner } from './action-run.js';
import { ActivationLogs } from './activation-logs.js';
import { actionOf, FakeExecutor, openFakePool, type FakeContainer } from '../../test/fake-pool.js';
import type { ActivationTask } from './task.js';

const answer: RunAnswer = {
  activationId: '',
  answer: { type: 'ok', json: '{"a":1}' },
  usage: { peakMemoryBytes: 65536, cpuTimeUs: 12.6 },
  queuedMs: 3,
  ranMs: 4,
  logBytes: 0,
};

/** Everything goes well, unless told otherwise. */
function containerOf(changes: FakeContainer = {}): FakeContainer {
  return {
    initialize: () => Promise.resolve(),
    run: () => Promise.resolve(answer),
    ...changes,
  };
}

function openRunner(...containers: FakeContainer[]) {
  const executor = new FakeExecutor();
  executor.next.push(...containers);
  const pool = openFakePool(executor, { memoryMiB: 100 });
  const codes: CodeStore = { put: () => '', get: () => undefined };
  const onError = vi.fn();
  const logs = new ActivationLogs();
  const runner = new ActionRunner({
    pool,
    codes,
    logs,
    config: { api: { resultBytesMax: 1024 }, limits: { deadlineMarginMs: 50 } },
    apiHost: () => 'http://127.0.0.1:3233',
    now: () => 10_000,
    onError,
  });
  const run = (action = actionOf('a', { timeoutMs: 200 })) => {
    const task: ActivationTask = {
      activationId: 'f'.repeat(32),
      identity: { subject: 's', namespace: 'guest', uuid: 'u', authKey: 'u:k' },
      target: { action, parameters: [], binding: undefined },
      payload: '{}',
      transactionId: 't',
      arrivedEpochMs: 10_000,
      cause: undefined,
      depth: 0,
      budget: { components: 1, conductorCalls: 1 },
    };
    return runner.run(task, action.exec);
  };
  return { run, pool, executor, logs, onError };
}

describe('ActionRunner', () => {
  it('tells what the run cost, and counts the wait of the executor as waiting', async () => {
    const { run } = openRunner(containerOf());
    await run();
    const record = await run();
    expect(record).toMatchObject({ durationMs: 4, statusCode: 0, resultBytes: 7 });
    expect(record.startEpochMs).toBeGreaterThanOrEqual(10_003);
    const values = new Map(record.annotations.map(({ key, json }) => [key, json]));
    expect(values.get('start')).toBe('"warm"');
    expect(values.get('peakMemory')).toBe('65536');
    expect(values.get('cpuTime')).toBe('13');
    expect(values.has('initTime')).toBe(false);
  });

  it('gives the guest its limit however early the executor ends runs', async () => {
    const seen = vi.fn<Container['run']>(() => Promise.resolve(answer));
    const { run } = openRunner(containerOf({ run: seen }));
    await run();
    const [request] = seen.mock.calls[0] ?? [];
    expect(request?.deadlineEpochMs).toBe(10_250);
    expect(request?.context).toContainEqual(['__OW_DEADLINE', '10200']);
  });

  it('ends when the initialization takes too long, and the next run finds it done', async () => {
    const initialized = Promise.withResolvers<undefined>();
    const { run, executor } = openRunner(containerOf({ initialize: () => initialized.promise }));
    const record = await run();
    expect(record.statusCode).toBe(2);
    expect(record.resultJson).toContain('200 milliseconds during initialization');
    expect(record.annotations).toContainEqual({ key: 'timeout', json: 'true' });
    // All memory is taken, so that the next one waits for it.
    const next = run();
    initialized.resolve(undefined);
    expect((await next).statusCode).toBe(0);
    expect(executor.made).toBe(1);
  });

  it('gives up a container whose late initialization fails', async () => {
    const initialized = Promise.withResolvers<undefined>();
    const { run, executor } = openRunner(
      containerOf({ initialize: () => initialized.promise }),
      containerOf(),
    );
    await run();
    const next = run();
    initialized.reject(new Error('too late, and wrong'));
    expect((await next).statusCode).toBe(0);
    expect(executor.made).toBe(2);
    expect(executor.live.size).toBe(1);
  });

  it('goes on in another container when the executor destroys one between two steps', async () => {
    const { run, executor } = openRunner(
      containerOf({
        initialize: async () => {
          await executor.containers.destroy('c1');
        },
      }),
      containerOf(),
    );
    expect((await run()).statusCode).toBe(0);
    expect(executor.made).toBe(2);
  });

  it('does not try for ever', async () => {
    const { run, executor } = openRunner();
    let made = 0;
    executor.next.push(
      ...Array.from({ length: 20 }, () =>
        containerOf({
          initialize: async () => {
            await executor.containers.destroy(`c${String((made += 1))}`);
          },
        }),
      ),
    );
    expect((await run()).statusCode).toBe(3);
    expect(executor.made).toBeLessThan(10);
  });

  it('takes no container again that failed for a reason of ours, and tells us', async () => {
    const fault = new WasmRuntimeError('WW_ERR_RUNTIME_INTERNAL', 'broken');
    const { run, executor, onError } = openRunner(
      containerOf({ run: () => Promise.reject(fault) }),
      containerOf(),
    );
    expect((await run()).statusCode).toBe(3);
    expect(onError).toHaveBeenCalledWith(fault, 'f'.repeat(32));
    expect((await run()).statusCode).toBe(0);
    expect(executor.made).toBe(2);
  });

  it('says who is to blame when code does not initialize', async () => {
    const invalid = new WasmRuntimeError('WW_ERR_GUEST_COMPILE', 'no such instruction');
    const { run, executor, onError } = openRunner(
      containerOf({ initialize: () => Promise.reject(invalid) }),
      containerOf({ initialize: () => Promise.reject(new Error('disk')) }),
    );
    const developer = await run();
    expect(developer.statusCode).toBe(2);
    expect(developer.resultJson).toContain('no such instruction');
    expect(onError).not.toHaveBeenCalled();
    expect((await run()).statusCode).toBe(3);
    expect(onError).toHaveBeenCalledTimes(1);
    expect(executor.live.size).toBe(0);
  });

  it('loads code from storage, and says when it is not there', async () => {
    const { run } = openRunner(
      containerOf({
        initialize: (_request, options) => {
          options?.code?.load();
          return Promise.resolve();
        },
      }),
    );
    const record = await run();
    expect(record.statusCode).toBe(3);
    expect(record.resultJson).toContain('not in the storage');
  });

  it('collects no logs where the limit is none', async () => {
    const written = (): RunAnswer => {
      logs.line(
        { containerId: 'c', activationId: 'f'.repeat(32) },
        { time: new Date(0).toISOString(), stream: 'stdout', log: 'written' },
      );
      return answer;
    };
    const container = containerOf({ run: () => Promise.resolve(written()) });
    const { run, logs } = openRunner(container, container);
    expect((await run(actionOf('a', { logsMiB: 1 }))).logs).toHaveLength(1);
    expect((await run(actionOf('b', { logsMiB: 0 }))).logs).toEqual([]);
  });
});
