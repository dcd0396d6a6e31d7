import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';

interface Item {
  readonly unit: string;
  readonly name: string;
}

function queueOf(...names: readonly string[]): FairQueue<Item> {
  const queue = new FairQueue<Item>();
  for (const name of names) queue.add({ unit: name.charAt(0), name });
  return queue;
}

function served(queue: FairQueue<Item>, room: number): string[] {
  const taken: string[] = [];
  queue.serve(({ name }) => {
    if (taken.length === room) return false;
    taken.push(name);
    return true;
  });
  return taken;
}

describe('FairQueue', () => {
  it('serves units in turn, and each in its order', () => {
    const queue = queueOf('a1', 'a2', 'a3', 'b1', 'c1', 'c2');
    expect(served(queue, 10)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
    expect(queue.size).toBe(0);
  });

  it('remembers whose turn it is', () => {
    const queue = queueOf('a1', 'a2', 'a3', 'b1', 'b2');
    expect([served(queue, 1), served(queue, 1), served(queue, 1)]).toEqual([
      ['a1'],
      ['b1'],
      ['a2'],
    ]);
    expect(queue.size).toBe(2);
  });

  it('passes a unit whose item is not taken', () => {
    const queue = queueOf('a1', 'a2', 'b1', 'b2');
    const offered: string[] = [];
    queue.serve(({ unit, name }) => {
      offered.push(name);
      return unit === 'b';
    });
    expect(offered).toEqual(['a1', 'b1', 'b2']);
    expect(queue.size).toBe(2);
  });

  it('lets the unit with most make room, by its last item', () => {
    const queue = queueOf('a1', 'b1', 'b2', 'b3');
    expect(queue.makeRoomFor('a')?.name).toBe('b3');
    expect(queue.size).toBe(3);
    expect(queue.makeRoomFor('a')).toBeUndefined();
    expect(queue.makeRoomFor('c')?.name).toBe('b2');
    expect(queue.makeRoomFor('c')).toBeUndefined();
  });

  it('refuses further items of the unit that has most', () => {
    expect(queueOf('a1', 'a2', 'b1').makeRoomFor('a')).toBeUndefined();
    expect(queueOf().makeRoomFor('a')).toBeUndefined();
  });
});
