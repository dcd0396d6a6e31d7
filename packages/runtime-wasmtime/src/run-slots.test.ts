import { describe, expect, it } from 'vitest';
import { RunSlots } from './run-slots.js';

describe('RunSlots', () => {
  it('finds a run by its number until it is taken', () => {
    const slots = new RunSlots<string>();
    const [first, second] = [slots.add('first'), slots.add('second')];
    expect([slots.get(first), slots.get(second), slots.size]).toEqual(['first', 'second', 2]);
    expect(slots.take(first)).toBe('first');
    expect([slots.take(first), slots.get(first), slots.size]).toEqual([undefined, undefined, 1]);
  });

  it('gives a place again under another number', () => {
    const slots = new RunSlots<string>();
    const seen = new Set<number>();
    for (let run = 0; run < 1000; run += 1) {
      const number = slots.add(String(run));
      expect(seen.has(number)).toBe(false);
      for (const other of [...seen].slice(-3)) expect(slots.get(other)).toBeUndefined();
      seen.add(number);
      expect(slots.take(number)).toBe(String(run));
    }
  });

  it('gives all runs, and forgets them', () => {
    const slots = new RunSlots<number>();
    const numbers = [1, 2, 3].map((run) => slots.add(run));
    slots.take(numbers[1] ?? 0);
    expect([...slots.values()]).toEqual([1, 3]);
    slots.clear();
    expect([slots.size, ...slots.values()]).toEqual([0]);
    expect(slots.get(numbers[0] ?? 0)).toBeUndefined();
  });

  it('knows nothing of numbers that it never gave', () => {
    const slots = new RunSlots<string>();
    slots.add('run');
    for (const number of [-1, 0, 1, 2 ** 20 - 1, 2 ** 40, Number.NaN])
      expect(slots.get(number)).toBeUndefined();
  });
});
