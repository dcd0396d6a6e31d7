import { describe, expect, it } from 'vitest';
import { monotonicClockNs } from './clocks.js';
import { sleep, sleepBlocking, waitFor } from './waiting.js';

const untold = { signal: undefined, onWaiting: undefined };

describe('sleep', () => {
  it('is never shorter than asked, and tells when it begins and ends', async () => {
    const told: boolean[] = [];
    const start = monotonicClockNs();
    await sleep(5_300_000n, { signal: undefined, onWaiting: (waiting) => told.push(waiting) });
    expect(monotonicClockNs() - start).toBeGreaterThanOrEqual(5_300_000n);
    expect(told).toEqual([true, false]);
  });

  it('rejects with the reason of its signal, before and during', async () => {
    const controller = new AbortController();
    const told: boolean[] = [];
    const sleeping = sleep(10n ** 18n, {
      signal: controller.signal,
      onWaiting: (waiting) => told.push(waiting),
    });
    controller.abort({ type: 'timeout' });
    await expect(sleeping).rejects.toEqual({ type: 'timeout' });
    await expect(sleep(1n, { ...untold, signal: controller.signal })).rejects.toEqual({
      type: 'timeout',
    });
    expect(told).toEqual([true, false]);
  });
});

describe('sleepBlocking', () => {
  it('is never shorter than asked', () => {
    const start = monotonicClockNs();
    sleepBlocking(2_500_000n);
    expect(monotonicClockNs() - start).toBeGreaterThanOrEqual(2_500_000n);
  });
});

describe('waitFor', () => {
  it('gives what the work gives, and ends with the signal', async () => {
    const told: boolean[] = [];
    const onWaiting = (waiting: boolean): number => told.push(waiting);
    await expect(waitFor(Promise.resolve(7), { signal: undefined, onWaiting })).resolves.toBe(7);
    expect(told).toEqual([true, false]);
    const controller = new AbortController();
    const waiting = waitFor(new Promise(() => undefined), { ...untold, signal: controller.signal });
    controller.abort({ type: 'destroyed' });
    await expect(waiting).rejects.toEqual({ type: 'destroyed' });
  });
});
