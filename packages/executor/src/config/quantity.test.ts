import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuantity, parseQuantity, unitOfName } from './quantity.js';

describe('unitOfName', () => {
  it('reads the unit from the end of a name', () => {
    expect(unitOfName('limits.memoryBytes')).toBe('bytes');
    expect(unitOfName('server.bodyBytesMax')).toBe('bytes');
    expect(unitOfName('limits.timeoutMsMax')).toBe('milliseconds');
    expect(unitOfName('runtime.heapMiB')).toBe('mebibytes');
    expect(unitOfName('actions.memoryMiBMax')).toBe('mebibytes');
    expect(unitOfName('actions.timeoutMsMin')).toBe('milliseconds');
    expect(unitOfName('server.connectionsMax')).toBeUndefined();
  });
});

describe('parseQuantity', () => {
  it.each([
    ['64MiB', 'bytes', 67_108_864],
    ['1GiB', 'bytes', 1_073_741_824],
    ['64 KiB', 'bytes', 65_536],
    ['100b', 'bytes', 100],
    ['1.5KiB', 'bytes', 1536],
    ['30s', 'milliseconds', 30_000],
    ['250ms', 'milliseconds', 250],
    ['1.5m', 'milliseconds', 90_000],
    ['1h', 'milliseconds', 3_600_000],
    ['1GiB', 'mebibytes', 1024],
  ] as const)('reads %s as %s', (text, unit, expected) => {
    expect(parseQuantity(text, unit)).toBe(expected);
  });

  it.each([
    ['64', 'bytes'],
    ['64MB', 'bytes'],
    ['-1KiB', 'bytes'],
    ['1.5b', 'bytes'],
    ['30s', 'bytes'],
    ['64MiB', 'milliseconds'],
    ['1e3s', 'milliseconds'],
    ['', 'milliseconds'],
    ['constructor', 'bytes'],
    ['1KiB', 'mebibytes'],
    ['999999999999999GiB', 'bytes'],
  ] as const)('refuses %s as %s', (text, unit) => {
    expect(parseQuantity(text, unit)).toBeUndefined();
  });

  it('reads back what formatQuantity writes with a unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4096 }),
        fc.constantFrom(1024, 1024 ** 2),
        (n, unit) => {
          const text = formatQuantity(n * unit, 'bytes');
          expect(parseQuantity(text, 'bytes')).toBe(n * unit);
        },
      ),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('bytes', 'milliseconds', 'mebibytes'),
        (text, unit) => {
          const value = parseQuantity(text, unit);
          expect(value === undefined || Number.isSafeInteger(value)).toBe(true);
        },
      ),
    );
  });
});
