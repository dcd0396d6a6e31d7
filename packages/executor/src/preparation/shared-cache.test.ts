import { describe, expect, it } from 'vitest';
import { SharedCache } from './shared-cache.js';

interface Overrides<Value> {
  readonly onEvict?: (value: Value) => void;
  readonly bytesMax?: number;
}

/** Every value counts for ten bytes. */
function cacheOf<Value>(unusedMax: number, overrides: Overrides<Value> = {}): SharedCache<Value> {
  return new SharedCache<Value>({
    unusedMax,
    unusedBytesMax: overrides.bytesMax ?? 1000,
    bytesOf: () => 10,
    onEvict: overrides.onEvict ?? (() => undefined),
  });
}

describe('SharedCache', () => {
  it('makes equal values once, also while they are being made', async () => {
    const cache = cacheOf<number>(10);
    let made = 0;
    const make = () => Promise.resolve((made += 1));
    const leases = await Promise.all([cache.lease('a', make), cache.lease('a', make)]);
    expect(leases.map((lease) => lease.value)).toEqual([1, 1]);
    expect((await cache.lease('a', make)).value).toBe(1);
  });

  it('does not keep failures', async () => {
    const cache = cacheOf<number>(10);
    await expect(cache.lease('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await cache.lease('a', () => Promise.resolve(2))).value).toBe(2);
    expect(cache.size).toBe(1);
  });

  it('evicts only what nobody uses, the longest unused first', async () => {
    const evicted: string[] = [];
    const cache = cacheOf<string>(1, { onEvict: (value) => evicted.push(value) });
    const lease = (key: string) => cache.lease(key, () => Promise.resolve(key));
    const used = await lease('used');
    const first = await lease('first');
    const second = await lease('second');
    first.release();
    first.release();
    second.release();
    await Promise.resolve();
    expect(evicted).toEqual(['first']);
    expect(cache.size).toBe(2);
    used.release();
    await Promise.resolve();
    expect(evicted).toEqual(['first', 'second']);
  });

  it('keeps a value that is used again', async () => {
    const evicted: string[] = [];
    const cache = cacheOf<string>(0, { onEvict: (value) => evicted.push(value) });
    const make = () => Promise.resolve('v');
    const one = await cache.lease('k', make);
    const two = await cache.lease('k', make);
    one.release();
    await Promise.resolve();
    expect(evicted).toEqual([]);
    two.release();
    await Promise.resolve();
    expect(evicted).toEqual(['v']);
    expect(cache.size).toBe(0);
  });

  it('evicts by bytes, too, and counts nothing twice', async () => {
    const evicted: string[] = [];
    const cache = cacheOf<string>(10, { bytesMax: 25, onEvict: (value) => evicted.push(value) });
    const use = async (key: string): Promise<void> => {
      (await cache.lease(key, () => Promise.resolve(key))).release();
    };
    for (const key of ['a', 'b', 'a', 'a', 'b', 'a']) await use(key);
    expect(evicted).toEqual([]);
    await use('c');
    await Promise.resolve();
    expect(evicted).toEqual(['b']);
    expect(cache.size).toBe(2);
  });
});
