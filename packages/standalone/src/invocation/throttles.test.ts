import { describe, expect, it } from 'vitest';
import { Throttles } from './throttles.js';

const throttled = expect.objectContaining({ code: 'WW_ERR_API_THROTTLED' }) as Error;

describe('Throttles', () => {
  it('counts what it refuses, and begins anew with each minute of the clock', () => {
    let now = 59_999;
    const throttles = new Throttles(
      { invocationsPerMinute: 2, firesPerMinute: 1, concurrentInvocations: 10 },
      () => now,
    );
    throttles.begin('a');
    throttles.begin('a');
    expect(() => throttles.begin('a')).toThrow(/count: 3, allowed: 2/);
    expect(() => throttles.begin('a')).toThrow(/count: 4/);
    throttles.begin('b');
    throttles.countFire('a');
    expect(() => {
      throttles.countFire('a');
    }).toThrow(throttled);
    now += 1;
    throttles.begin('a');
    throttles.countFire('a');
  });

  it('bounds what is in progress, and gives a place back once', () => {
    const throttles = new Throttles(
      { invocationsPerMinute: 100, firesPerMinute: 1, concurrentInvocations: 2 },
      () => 0,
    );
    const first = throttles.begin('a');
    throttles.begin('a');
    expect(() => throttles.begin('a')).toThrow(throttled);
    throttles.end(first);
    throttles.begin('a');
    expect(() => throttles.begin('a')).toThrow(throttled);
  });
});
