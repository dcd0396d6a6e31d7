import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContainerEnvironment } from './environment.js';

const names = fc.constantFrom('A', 'B', 'C', 'D', '__proto__', 'constructor');
const layer = fc.array(fc.tuple(names, fc.string()), { maxLength: 24 });

describe('ContainerEnvironment', () => {
  it('has each name once, with its latest value', () => {
    fc.assert(
      fc.property(layer, layer, layer, (base, action, context) => {
        const expected = new Map([...base, ...action, ...context]);
        const seen = new ContainerEnvironment(base, action).with(context);
        expect(seen).toHaveLength(expected.size);
        expect(new Map(seen)).toEqual(expected);
      }),
    );
  });

  it('keeps nothing of an earlier run', () => {
    const environment = new ContainerEnvironment([['A', '1']], []);
    environment.with([
      ['A', '2'],
      ['B', '3'],
    ]);
    expect(environment.with([])).toEqual([['A', '1']]);
  });
});
