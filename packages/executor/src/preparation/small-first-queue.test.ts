import { queueOptionsSymbol } from 'piscina';
import { describe, expect, it } from 'vitest';
import { SmallFirstQueue } from './small-first-queue.js';

type Task = NonNullable<ReturnType<SmallFirstQueue['shift']>>;

const task = (bytes: number): Task => ({ [queueOptionsSymbol]: { bytes } });
const bytesOf = (found: Task | null): unknown => {
  const options = (found as Record<symbol, unknown> | null)?.[queueOptionsSymbol];
  return (options as { readonly bytes: number } | undefined)?.bytes;
};

describe('SmallFirstQueue', () => {
  it('gives the smallest first, and those of one size in their order', () => {
    const queue = new SmallFirstQueue();
    const [early, late] = [task(5), task(5)];
    for (const each of [task(30), early, task(10), late]) queue.push(each);
    expect(queue.size).toBe(4);
    expect(queue.shift()).toBe(early);
    expect(queue.shift()).toBe(late);
    expect([queue.shift(), queue.shift(), queue.shift()].map(bytesOf)).toEqual([10, 30, undefined]);
  });

  it('lets no task starve, however many smaller ones come', () => {
    const queue = new SmallFirstQueue();
    queue.push(task(1000));
    queue.push(task(2000));
    const given: unknown[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      queue.push(task(1));
      given.push(bytesOf(queue.shift()));
    }
    expect(given).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1000, 2000, 1, 1]);
  });

  it('forgets a task that was given up', () => {
    const queue = new SmallFirstQueue();
    const gone = task(1);
    queue.push(gone);
    queue.push(task(2));
    queue.remove(gone);
    queue.remove(gone);
    expect(queue.size).toBe(1);
    expect(bytesOf(queue.shift())).toBe(2);
  });
});
