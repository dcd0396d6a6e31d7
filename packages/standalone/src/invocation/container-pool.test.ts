import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { KeyValue } from '../entities/key-value.js';
import type { PooledContainer } from './container-group.js';
import { PoolError } from './container-pool.js';
import { actionOf, FakeExecutor, openFakePool } from '../../test/fake-pool.js';

function openPool(settings: Parameters<typeof openFakePool>[1] = {}) {
  const executor = new FakeExecutor();
  const { live } = executor;
  const pool = openFakePool(executor, settings);
  /** Takes a container as an invocation does, and initializes it if that is needed. */
  const take = async (
    action: ReturnType<typeof actionOf>,
    namespace = 'guest',
    parameters: readonly KeyValue[] = [],
  ): Promise<PooledContainer> => {
    const group = pool.group(namespace, { action, parameters, binding: undefined }, action.exec);
    const pooled = pool.takeNow(group) ?? (await pool.take(group));
    if (!pooled.ready) pool.initialized(pooled);
    return pooled;
  };
  return { pool, take, live, executor };
}

/** Whether a promise is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

describe('ContainerPool', () => {
  it('takes the container that was used last', async () => {
    const { pool, take } = openPool();
    const action = actionOf('a');
    const [first, second] = [await take(action), await take(action)];
    expect(first).not.toBe(second);
    pool.release(second);
    pool.release(first);
    expect(await take(action)).toBe(first);
    expect(first.container.idleSweeps).toBe(0);
    expect(await take(action)).toBe(second);
    expect(pool.status()).toEqual({ containers: 2, memoryMiB: 200, waiting: 0 });
  });

  it('lets as many runs into a container as the action and the executor allow', async () => {
    const { take } = openPool();
    const action = actionOf('a', { concurrency: 3 });
    const first = await take(action);
    expect([await take(action), await take(action)]).toEqual([first, first]);
    expect(await take(action)).not.toBe(first);
    const wide = actionOf('b', { concurrency: 100 });
    const other = await take(wide);
    for (let count = 1; count < 5; count += 1) expect(await take(wide)).toBe(other);
    expect(await take(wide)).not.toBe(other);
  });

  it('lets who waits into a container as soon as it is initialized', async () => {
    const { pool } = openPool();
    const action = actionOf('a', { concurrency: 3, instances: 1 });
    const group = pool.group('guest', { action, parameters: [], binding: undefined }, action.exec);
    const first = await pool.take(group);
    const waiting = [pool.take(group), pool.take(group), pool.take(group)] as const;
    for (const each of waiting) expect(await isSettled(each)).toBe(false);
    pool.initialized(first);
    expect(await Promise.all([waiting[0], waiting[1]])).toEqual([first, first]);
    expect(await isSettled(waiting[2])).toBe(false);
    pool.release(first);
    expect(await waiting[2]).toBe(first);
  });

  it('never shares a container between namespaces', async () => {
    const { pool, take } = openPool();
    const action = actionOf('a');
    const first = await take(action, 'guest');
    pool.release(first);
    expect(await take(action, 'stranger')).not.toBe(first);
  });

  it('has containers of their own for other init parameters', async () => {
    const { pool, take, live } = openPool();
    const action = actionOf('a');
    const secret = (json: string): readonly KeyValue[] => [{ key: 'S', json, init: true }];
    const first = await take(action, 'guest', secret('1'));
    expect(first.group.environment).toEqual([['S', '1']]);
    pool.release(first);
    expect(await take(action, 'guest', secret('1'))).toBe(first);
    pool.release(first);
    const second = await take(action, 'guest', secret('2'));
    expect(second).not.toBe(first);
    expect(first.gone).toBe(true);
    expect(live.size).toBe(1);
  });

  it('destroys the containers of an earlier revision when they are idle', async () => {
    const { pool, take } = openPool();
    const [old, changed] = [actionOf('a', {}, 1), actionOf('a', {}, 2)];
    const idle = await take(old);
    const busy = await take(old);
    pool.release(idle);
    const next = await take(changed);
    expect(idle.gone).toBe(true);
    expect(busy.gone).toBe(false);
    pool.release(busy);
    expect(busy.gone).toBe(true);
    // Whoever resolved the old one before it was changed gets it, and does not put the new one out.
    const late = await take(old);
    expect(late.group.action).toBe(old);
    pool.release(late);
    expect(late.gone).toBe(true);
    pool.release(next);
    expect(await take(changed)).toBe(next);
  });

  it('evicts what was used longest ago, and no more than it must', async () => {
    const { pool, take } = openPool({ memoryMiB: 300 });
    const [a, b, c] = [
      await take(actionOf('a')),
      await take(actionOf('b')),
      await take(actionOf('c')),
    ];
    for (const each of [b, a, c]) pool.release(each);
    await take(actionOf('d'));
    expect([a, b, c].map(({ gone }) => gone)).toEqual([false, true, false]);
    expect(pool.status().memoryMiB).toBe(300);
  });

  it('serves namespaces in turn, and each in the order of arrival', async () => {
    const { pool, take } = openPool({ memoryMiB: 100 });
    const order: string[] = [];
    const begin = async (name: string, namespace: string): Promise<void> => {
      const pooled = await take(actionOf(name), namespace);
      order.push(`${namespace} ${name}`);
      await Promise.resolve();
      pool.release(pooled);
    };
    await Promise.all([
      ...['a', 'b', 'a', 'c'].map((name) => begin(name, 'guest')),
      ...['x', 'y'].map((name) => begin(name, 'stranger')),
    ]);
    expect(order).toEqual(['guest a', 'guest b', 'stranger x', 'guest a', 'stranger y', 'guest c']);
    expect(pool.status().waiting).toBe(0);
  });

  it('lets nobody overtake what waits for much memory', async () => {
    const { pool, take } = openPool({ memoryMiB: 200 });
    const [a, b] = [await take(actionOf('a')), await take(actionOf('b'))];
    const wide = take(actionOf('wide', { memoryMiB: 200 }));
    const small = take(actionOf('a'));
    pool.release(a);
    expect(await isSettled(wide)).toBe(false);
    expect(await isSettled(small)).toBe(false);
    pool.release(b);
    const pooled = await wide;
    expect(await isSettled(small)).toBe(false);
    pool.release(pooled);
    await small;
  });

  it('lets others pass an action that has all its instances', async () => {
    const { pool, take } = openPool();
    const narrow = actionOf('narrow', { instances: 1 });
    const first = await take(narrow);
    const second = take(narrow);
    await take(actionOf('other'));
    expect(await isSettled(second)).toBe(false);
    pool.release(first);
    expect(await second).toBe(first);
  });

  it('serves who waits when the executor destroys a container', async () => {
    const { pool, take, executor } = openPool({ max: 1 });
    const first = await take(actionOf('a'));
    const second = take(actionOf('b'));
    await executor.containers.destroy(first.container.id);
    await second;
    pool.release(first);
    expect(pool.status()).toEqual({ containers: 1, memoryMiB: 100, waiting: 0 });
  });

  it('does not give out a broken container again, nor its memory twice', async () => {
    const { pool, take, live } = openPool();
    const first = await take(actionOf('a'));
    pool.release(first, true);
    expect(live.size).toBe(0);
    expect(pool.status()).toEqual({ containers: 0, memoryMiB: 0, waiting: 0 });
    expect(await take(actionOf('a'))).not.toBe(first);
  });

  it('lets runs in a broken container end before it goes', async () => {
    const { pool, take, live } = openPool();
    const action = actionOf('a', { concurrency: 3 });
    const shared = await take(action);
    expect(await take(action)).toBe(shared);
    pool.release(shared, true);
    expect(shared.gone).toBe(false);
    const other = await take(action);
    expect(other).not.toBe(shared);
    pool.release(shared);
    expect(shared.gone).toBe(true);
    expect([...live.keys()]).toEqual([other.container.id]);
  });

  it('refuses what can never be, and what finds no place in the queue', async () => {
    const { take } = openPool({ memoryMiB: 100, queueSizeMax: 1 });
    await expect(take(actionOf('wide', { memoryMiB: 101 }))).rejects.toThrow(/pool\.memoryMiB/);
    await take(actionOf('a'));
    void take(actionOf('a'));
    await expect(take(actionOf('a'))).rejects.toThrow(/pool\.queueSizeMax/);
  });

  it('tells one who waits when no container can be made, and serves the others', async () => {
    const { pool, take, executor } = openPool({ memoryMiB: 100 });
    const first = await take(actionOf('a'));
    const unlucky = take(actionOf('b'));
    const lucky = take(actionOf('c'));
    vi.spyOn(executor.containers, 'create').mockImplementationOnce(() => {
      throw new Error('no more');
    });
    pool.release(first);
    await expect(unlucky).rejects.toThrow('no more');
    await lucky;
  });

  it('refuses who waits when it closes, and destroys everything', async () => {
    const { pool, take, live } = openPool({ memoryMiB: 100 });
    await take(actionOf('a'));
    const waiting = take(actionOf('a'));
    const closed = pool.close();
    await expect(waiting).rejects.toBeInstanceOf(PoolError);
    await closed;
    expect(live.size).toBe(0);
    await expect(take(actionOf('a'))).rejects.toBeInstanceOf(PoolError);
  });

  it('loses nobody and never takes more memory than there is, whatever happens', async () => {
    const steps = fc.array(
      fc.record({
        do: fc.constantFrom(
          'take',
          'take',
          'take',
          'release',
          'release',
          'break',
          'sweep',
          'update',
        ),
        which: fc.nat(5),
      }),
      { minLength: 40, maxLength: 120, size: 'max' },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { pool, take, live, executor } = openPool({ memoryMiB: 500, max: 4 });
        const namespaces = ['one', 'two'];
        const limits = [
          {},
          { memoryMiB: 400 },
          { concurrency: 2 },
          { instances: 1 },
          { memoryMiB: 500 },
          { instances: 2, concurrency: 3 },
        ];
        const actions = limits.map((each, index) => actionOf(`a${String(index)}`, each));
        const held: PooledContainer[] = [];
        let [asked, given, updates] = [0, 0, 1];
        const check = (): void => {
          const { containers, memoryMiB, waiting } = pool.status();
          expect(memoryMiB).toBeLessThanOrEqual(500);
          expect(containers).toBeLessThanOrEqual(4);
          expect(live.size).toBe(containers);
          expect(waiting).toBe(asked - given);
          for (const { uses, group } of held) expect(uses).toBeLessThanOrEqual(group.concurrency);
        };
        const settle = async (): Promise<void> => {
          for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
        };
        for (const { do: step, which } of all) {
          const action = actions[which];
          if (action === undefined) throw new Error('no action');
          if (step === 'take') {
            asked += 1;
            void take(action, namespaces[which % 2]).then((pooled) => {
              given += 1;
              held.push(pooled);
            });
          } else if (step === 'update')
            actions[which] = { ...action, updatedEpochMs: (updates += 1) };
          else if (step === 'sweep') {
            // The executor destroys what is idle, of which the pool may know nothing yet.
            const [id] = [...live.keys()].filter(
              (each) => !held.some(({ container }) => container.id === each),
            );
            if (id !== undefined) await executor.containers.destroy(id);
          } else {
            const [pooled] = held.splice(which % Math.max(1, held.length), 1);
            if (pooled !== undefined) pool.release(pooled, step === 'break');
          }
          await settle();
          check();
        }
        while (held.length > 0) {
          for (const pooled of held.splice(0)) pool.release(pooled);
          await settle();
        }
        expect(given).toBe(asked);
        check();
      }),
    );
  });
});
