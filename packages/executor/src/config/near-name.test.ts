import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNearName, suggestName } from './near-name.js';

const known = ['limits.memoryBytes', 'limits.timeoutMs', 'server.host', 'server.port'];

describe('findNearName', () => {
  it('finds a name with a few typing errors', () => {
    expect(findNearName('server.prot', known)).toBe('server.port');
    expect(findNearName('limits.memorybytes', known)).toBe('limits.memoryBytes');
    expect(findNearName('limit.memoryByte', known)).toBe('limits.memoryBytes');
  });

  it('finds a name without its section, or in a wrong one', () => {
    expect(findNearName('memoryBytes', known)).toBe('limits.memoryBytes');
    expect(findNearName('server.timeoutMs', known)).toBe('limits.timeoutMs');
  });

  it('suggests nothing for what resembles nothing', () => {
    expect(findNearName('colour', known)).toBeUndefined();
    expect(suggestName('colour', known)).toBe('');
  });

  it('finds every known name again after one letter was dropped, doubled or replaced', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...known),
        fc.nat(),
        fc.constantFrom('drop', 'double', 'replace'),
        (name, position, change) => {
          const at = position % name.length;
          const letter = name.charAt(at);
          const changed = { drop: '', double: letter + letter, replace: '~' }[change];
          const mistyped = name.slice(0, at) + changed + name.slice(at + 1);
          expect(findNearName(mistyped, known)).toBe(name);
        },
      ),
    );
  });

  it('takes any text, and does not grow slow with its length', () => {
    const before = performance.now();
    findNearName('x'.repeat(1_000_000), known);
    expect(performance.now() - before).toBeLessThan(500);
    fc.assert(
      fc.property(fc.string(), (text) => {
        const near = findNearName(text, known);
        expect(near === undefined || known.includes(near)).toBe(true);
      }),
    );
  });
});
