import { describe, expect, it } from 'vitest';
import { SharedCache } from './shared-cache.js';

describe('SharedCache', () => {
  it('makes equal values once, also while they are being made', async () => {
    const cache = new SharedCache<number>(10, () => undefined);
    let made = 0;
    const make = () => Promise.resolve((made += 1));
    const leases = await Promise.all([cache.lease('a', make), cache.lease('a', make)]);
    expect(leases.map((lease) => lease.value)).toEqual([1, 1]);
    expect((await cache.lease('a', make)).value).toBe(1);
  });

  it('does not keep failures', async () => {
    const cache = new SharedCache<number>(10, () => undefined);
    await expect(cache.lease('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await cache.lease('a', () => Promise.resolve(2))).value).toBe(2);
    expect(cache.size).toBe(1);
  });

  it('evicts only what nobody uses, the longest unused first', async () => {
    const evicted: string[] = [];
    const cache = new SharedCache<string>(1, (value) => evicted.push(value));
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
    const cache = new SharedCache<string>(0, (value) => evicted.push(value));
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
});
