import { describe, expect, it } from 'vitest';
import { SeatTable, type Seat } from './seat-table.js';

function seat(unit?: string, running = 0, waiting = 0): Seat {
  const runs = new Set(Array.from({ length: running + waiting }, (_, index) => index));
  return { unit, runs, waiting: new Set([...runs].slice(running)), slow: false };
}

function table(...seats: Seat[]): SeatTable<Seat> {
  const made = new SeatTable({ threads: 2, threadsMax: 4, runsPerThreadMax: 3 });
  for (const one of seats) made.add(one);
  return made;
}

describe('SeatTable', () => {
  it('gives an idle thread', () => {
    const idle = seat();
    expect(table(seat('a', 1), idle).choose('b', 0)).toEqual({ type: 'seat', seat: idle });
  });

  it('keeps spare threads back when enough compute', () => {
    expect(table(seat('a', 1), seat('b', 1), seat()).choose('c', 0)).toEqual({ type: 'full' });
  });

  it('packs a run beside waiting guests of its own unit, even when enough compute', () => {
    const waiting = seat('a', 0, 2);
    expect(table(seat('b', 1), seat('c', 1), waiting, seat()).choose('a', 0)).toEqual({
      type: 'seat',
      seat: waiting,
    });
  });

  it('never puts a run beside another unit', () => {
    const only = table(seat('a', 0, 1), seat('a', 0, 1), seat('a', 0, 1), seat('a', 0, 1));
    expect(only.choose('b', 0)).toEqual({ type: 'full' });
  });

  it('does not put a run beside a guest that computes', () => {
    expect(table(seat('a', 1, 1)).choose('a', 0)).toEqual({ type: 'grow' });
  });

  it('asks for one thread at a time when guests that wait hold all', () => {
    const held = table(seat('a', 0, 1), seat('b', 0, 1));
    expect(held.choose('c', 0)).toEqual({ type: 'grow' });
    expect(held.choose('c', 1)).toEqual({ type: 'full' });
  });

  it('bounds the runs of one thread', () => {
    const idle = seat();
    expect(table(seat('a', 0, 3), idle).choose('a', 0)).toEqual({ type: 'seat', seat: idle });
  });

  it('does not let the long runs of one unit keep another from a thread', () => {
    const slow = (unit: string): Seat => ({ ...seat(unit, 1), slow: true });
    const idle = seat();
    expect(table(slow('a'), slow('a'), idle).choose('a', 0)).toEqual({ type: 'full' });
    expect(table(slow('a'), slow('a'), idle).choose('b', 0)).toEqual({ type: 'seat', seat: idle });
    expect(table(slow('a'), slow('a')).choose('b', 0)).toEqual({ type: 'grow' });
    expect(table(slow('a'), seat('b', 1), seat('b', 1), idle).choose('b', 0)).toEqual({
      type: 'full',
    });
  });
});
