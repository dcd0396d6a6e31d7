import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, componentOf, instanceExports, section } from '../test/assemble.js';
import { isArtifactError } from './artifact-error.js';
import { capLimits } from './cap-limits.js';
import { canImportMemory, importMemory } from './import-memory.js';
import { describeArtifact } from './read-artifact.js';

const module = assemble(`(module
  (import "env" "f" (func (param i32 i64) (result f32)))
  (import "env" "t" (table 1 4 funcref))
  (import "env" "g" (global (mut i32)))
  (memory (export "memory") 1 9)
  (table 3 externref)
  (global i64 (i64.const -5))
  (tag (param i32))
  (func $main (export "_start"))
  (start $main)
  (elem (i32.const 0) $main)
  (data (i32.const 8) "\\2a\\ff\\fe"))`);
const component = componentOf(
  section(1, [...module.subarray(0, 8)]),
  section(4, [...componentOf(section(1, [...module]))]),
  instanceExports('wasi:cli/run@0.2.0'),
);

/** Describes and rewrites; throws only what is a fault of ours. */
function useAll(bytes: Uint8Array): 'accepted' | 'refused' {
  try {
    const description = describeArtifact(bytes);
    if (description.format === 'component') return 'accepted';
    const valid = WebAssembly.validate(Uint8Array.from(bytes));
    const rewritten = [
      capLimits(bytes, description, { memoryBytes: 8 << 20, tableElements: 10_000 }),
      ...(canImportMemory(description)
        ? [importMemory(bytes, description, { module: 'm', name: 'n' })]
        : []),
    ];
    // Rewriting must not break a module (nor can it mend one).
    for (const result of rewritten) expect(WebAssembly.validate(result)).toBe(valid);
    return 'accepted';
  } catch (error) {
    if (isArtifactError(error)) return 'refused';
    throw error;
  }
}

describe('whatever the bytes', () => {
  it('random ones give a description or an artifact error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        useAll(bytes);
      }),
    );
  });

  it('random sections behind a preamble give a description or an artifact error', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 300 }), (isComponent, bytes) => {
        const start = isComponent ? component.subarray(0, 8) : module.subarray(0, 8);
        useAll(Uint8Array.from([...start, ...bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['module', module],
    ['component', component],
  ])('a changed %s gives a description or an artifact error', (_name, original) => {
    expect(useAll(original)).toBe('accepted');
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ at: fc.nat({ max: original.length - 1 }), value: fc.nat({ max: 255 }) }),
          { minLength: 1, maxLength: 4 },
        ),
        (changes) => {
          const bytes = Uint8Array.from(original);
          for (const { at, value } of changes) bytes[at] = value;
          useAll(bytes);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['module', module],
    ['component', component],
  ])('a %s cut off within a section is refused', (_name, original) => {
    const results = Array.from(original, (_, length) => useAll(original.subarray(0, length)));
    // What ends between two sections may be whole by accident; no other end is.
    expect(results.filter((result) => result === 'accepted').length).toBeLessThan(14);
    expect(results.filter((result) => result === 'refused').length).toBeGreaterThan(100);
  });

  it('a valid module with any byte in its code or data is described', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        const hex = Array.from(data, (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
        const bytes = assemble(`(module (memory 1) (data (i32.const 0) "${hex}"))`);
        expect(useAll(bytes)).toBe('accepted');
      }),
    );
  });

  it('a count of four thousand million costs no memory and no time', () => {
    const started = performance.now();
    for (let id = 0; id <= 13; id += 1) {
      const content = [0xff, 0xff, 0xff, 0xff, 0x0f, ...new Array<number>(100).fill(0)];
      useAll(Uint8Array.from([...module.subarray(0, 8), ...section(id, content)]));
      useAll(Uint8Array.from([...component.subarray(0, 8), ...section(id, content)]));
    }
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
