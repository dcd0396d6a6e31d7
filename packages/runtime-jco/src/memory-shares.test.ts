import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareMemory, type MemoryDemand } from './memory-shares.js';

const page = 64 * 1024;
const demand = (minimum: number, maximum = Infinity, instances = 1): MemoryDemand => ({
  minimumBytes: minimum * page,
  maximumBytes: maximum * page,
  instances,
});

describe('shareMemory', () => {
  it('gives all to the only module with a memory', () => {
    const demands = [demand(0, 0), demand(2), demand(0, 0)];
    expect(shareMemory(demands, 100 * page)).toEqual([0, 100 * page, 0]);
  });

  it('gives equal shares beyond the minimums', () => {
    expect(shareMemory([demand(10), demand(30)], 100 * page)).toEqual([40 * page, 60 * page]);
  });

  it('counts every instance of a module', () => {
    expect(shareMemory([demand(1, Infinity, 4)], 100 * page)).toEqual([25 * page]);
  });

  it('gives what one cannot use to the others', () => {
    expect(shareMemory([demand(1), demand(1, 3)], 100 * page)).toEqual([97 * page, 3 * page]);
  });

  it('refuses minimums above the limit', () => {
    expect(shareMemory([demand(60), demand(41)], 100 * page)).toBeUndefined();
  });

  it('never gives more than the limit, nor less than a minimum, nor more than a maximum', () => {
    const demands = fc.array(
      fc
        .record({ minimum: fc.nat(50), room: fc.option(fc.nat(50)), instances: fc.nat(4) })
        .map(({ minimum, room, instances }) =>
          demand(minimum, room === null ? Infinity : minimum + room, instances),
        ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(demands, fc.nat(1000 * page), (all, limit) => {
        const shares = shareMemory(all, limit);
        if (shares === undefined) return;
        const total = all.reduce(
          (sum, { instances }, at) => sum + instances * (shares[at] ?? 0),
          0,
        );
        expect(total).toBeLessThanOrEqual(limit);
        for (const [at, { minimumBytes, maximumBytes }] of all.entries()) {
          expect(shares[at]).toBeGreaterThanOrEqual(minimumBytes);
          expect(shares[at]).toBeLessThanOrEqual(maximumBytes);
        }
      }),
    );
  });
});
