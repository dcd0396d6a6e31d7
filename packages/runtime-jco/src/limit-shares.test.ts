import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareLimit, type Demand } from './limit-shares.js';

const page = 64 * 1024;
const demand = (minimum: number, maximum = Infinity, instances = 1): Demand => ({
  minimum: minimum * page,
  maximum: maximum * page,
  instances,
});

describe('shareLimit', () => {
  it('gives all to the only module with a memory', () => {
    const demands = [demand(0, 0), demand(2), demand(0, 0)];
    expect(shareLimit(demands, 100 * page, page)).toEqual([0, 100 * page, 0]);
  });

  it('gives equal shares beyond the minimums', () => {
    expect(shareLimit([demand(10), demand(30)], 100 * page, page)).toEqual([40 * page, 60 * page]);
  });

  it('counts every instance of a module', () => {
    expect(shareLimit([demand(1, Infinity, 4)], 100 * page, page)).toEqual([25 * page]);
  });

  it('gives what one cannot use to the others', () => {
    expect(shareLimit([demand(1), demand(1, 3)], 100 * page, page)).toEqual([97 * page, 3 * page]);
  });

  it('refuses minimums above the limit', () => {
    expect(shareLimit([demand(60), demand(41)], 100 * page, page)).toBeUndefined();
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
        const shares = shareLimit(all, limit, page);
        if (shares === undefined) return;
        const total = all.reduce(
          (sum, { instances }, at) => sum + instances * (shares[at] ?? 0),
          0,
        );
        expect(total).toBeLessThanOrEqual(limit);
        for (const [at, { minimum, maximum }] of all.entries()) {
          expect(shares[at]).toBeGreaterThanOrEqual(minimum);
          expect(shares[at]).toBeLessThanOrEqual(maximum);
        }
      }),
    );
  });
});
