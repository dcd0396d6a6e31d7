import { describe, expect, it } from 'vitest';
import { assemble, moduleOf, section } from '../test/assemble.js';
import { capLimits, capMemories, capTables, type ModuleCaps } from './cap-limits.js';
import type { ModuleDescription } from './description.js';
import { describeArtifact } from './read-artifact.js';

const page = 65_536;

function describeModule(bytes: Uint8Array): ModuleDescription {
  const description = describeArtifact(bytes);
  if (description.format !== 'module') throw new Error('not a module');
  return description;
}

/** Caps and checks that the outcome is a module still. */
function cap(bytes: Uint8Array, caps: ModuleCaps): Uint8Array<ArrayBuffer> {
  const capped = capLimits(bytes, describeModule(bytes), caps);
  expect(WebAssembly.validate(capped)).toBe(true);
  return capped;
}

function instantiate(bytes: Uint8Array<ArrayBuffer>): Record<string, (value: number) => number> {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Record<
    string,
    (value: number) => number
  >;
}

const maximums = (bytes: Uint8Array): (number | undefined)[] =>
  describeModule(bytes).memories.map(({ limits }) => limits.maximum);

const growing = (memory: string): string => `(module
  (memory ${memory})
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (param i32) (result i32) (memory.size)))`;

describe('a capped memory', () => {
  it('grows up to the limit and not a page further', () => {
    const guest = instantiate(cap(assemble(growing('1')), { memoryBytes: 10 * page }));
    expect(guest['grow']?.(10)).toBe(-1);
    expect(guest['grow']?.(9)).toBe(1);
    expect(guest['grow']?.(1)).toBe(-1);
    expect(guest['size']?.(0)).toBe(10);
  });

  it('keeps a maximum of its own that is lower', () => {
    const guest = instantiate(cap(assemble(growing('1 3')), { memoryBytes: 10 * page }));
    expect(guest['grow']?.(2)).toBe(1);
    expect(guest['grow']?.(1)).toBe(-1);
  });

  it('does not round a limit up to whole pages', () => {
    expect(maximums(cap(assemble(growing('1')), { memoryBytes: 3 * page - 1 }))).toEqual([2]);
  });

  it('may stay as large as it begins', () => {
    expect(maximums(cap(assemble(growing('4')), { memoryBytes: 4 * page }))).toEqual([4]);
  });

  it('is refused when it begins above the limit', () => {
    const bytes = assemble(growing('5'));
    expect(() => capMemories(bytes, describeModule(bytes), 4 * page)).toThrow(
      expect.objectContaining({
        fault: 'memory-limit',
        message: expect.stringContaining('327680') as string,
      }),
    );
  });

  it('keeps its type when it is imported: the module that defines it has the cap', () => {
    const text = '(module (import "a" "f" (func)) (import "host" "memory" (memory 1 9)) (func))';
    expect(maximums(cap(assemble(text), { memoryBytes: 2 * page }))).toEqual([9]);
  });

  it('stays shared, 64-bit, or of small pages', () => {
    const shared = cap(assemble('(module (memory 1 100 shared))'), { memoryBytes: 4 * page });
    expect(describeModule(shared).memories[0]?.limits).toEqual({
      minimum: 1,
      maximum: 4,
      shared: true,
      is64: false,
    });
    const wide = cap(assemble('(module (memory i64 1))'), { memoryBytes: 4 * page });
    expect(describeModule(wide).memories[0]?.limits).toEqual({
      minimum: 1,
      maximum: 4,
      shared: false,
      is64: true,
    });
    // V8 of Node 24 does not know page sizes yet, so this one is only read again.
    const small = moduleOf(section(5, [1, 0x08, 100, 0]));
    expect(
      describeModule(capMemories(small, describeModule(small), 1000)).memories[0],
    ).toMatchObject({ limits: { minimum: 100, maximum: 1000 }, pageBytes: 1 });
  });
});

describe('several capped memories', () => {
  const text = (...memories: readonly string[]): Uint8Array<ArrayBuffer> =>
    assemble(`(module ${memories.map((memory) => `(memory ${memory})`).join(' ')})`);

  it('keep their minimums and share the rest equally', () => {
    expect(maximums(cap(text('1', '5', '0'), { memoryBytes: 12 * page }))).toEqual([3, 7, 2]);
  });

  it('leave to the others what their own maximum forbids them', () => {
    expect(maximums(cap(text('0', '1 2', '0'), { memoryBytes: 12 * page }))).toEqual([5, 2, 5]);
  });

  it('never exceed the limit together', () => {
    const capped = maximums(cap(text('1', '1', '1'), { memoryBytes: 10 * page + 17 }));
    expect(capped.reduce<number>((sum, maximum) => sum + (maximum ?? 0), 0)).toBe(10);
  });

  it('do not count imported ones, which are of another module', () => {
    const bytes = assemble('(module (import "h" "m" (memory 2)) (memory 2))');
    expect(maximums(cap(bytes, { memoryBytes: 6 * page }))).toEqual([undefined, 6]);
  });
});

describe('a capped table', () => {
  const growingTable = (table: string): Uint8Array<ArrayBuffer> =>
    assemble(`(module
      (table $t ${table} funcref)
      (func (export "grow") (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0))))`);

  it('grows up to the limit and not an element further', () => {
    const guest = instantiate(cap(growingTable('10'), { tableElements: 1000 }));
    expect(guest['grow']?.(991)).toBe(-1);
    expect(guest['grow']?.(990)).toBe(10);
    expect(guest['grow']?.(1)).toBe(-1);
  });

  it('keeps a maximum of its own that is lower', () => {
    const capped = cap(growingTable('10 20'), { tableElements: 1000 });
    expect(describeModule(capped).tables[0]?.limits.maximum).toBe(20);
  });

  it('keeps its initializer', () => {
    const bytes = moduleOf(
      section(1, [1, 0x60, 0, 0]),
      section(3, [1, 0]),
      section(4, [1, 0x40, 0x00, 0x64, 0x00, 0x00, 1, 0xd2, 0x00, 0x0b]),
      section(7, [1, 1, 0x74, 1, 0]),
      section(10, [1, 2, 0, 0x0b]),
    );
    const capped = cap(bytes, { tableElements: 7 });
    const table = new WebAssembly.Instance(new WebAssembly.Module(capped)).exports['t'];
    expect(table).toBeInstanceOf(WebAssembly.Table);
    expect((table as WebAssembly.Table).get(0)).toBeTypeOf('function');
    expect(describeModule(capped).tables[0]?.limits.maximum).toBe(7);
  });

  it('links a module that imports it beside tables of its own, both capped', () => {
    const exporter = cap(
      assemble('(module (table (export "t") 10 funcref) (memory (export "m") 1))'),
      { tableElements: 1000, memoryBytes: 100 * page },
    );
    const importer = cap(
      assemble(`(module (import "h" "t" (table 10 funcref)) (import "h" "m" (memory 1))
        (table 41 funcref) (memory 3))`),
      { tableElements: 1000, memoryBytes: 100 * page },
    );
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(exporter));
    const link = (): WebAssembly.Instance =>
      new WebAssembly.Instance(new WebAssembly.Module(importer), { h: exports });
    expect(link()).toBeInstanceOf(WebAssembly.Instance);
    expect(describeModule(importer).tables.map(({ limits }) => limits.maximum)).toEqual([
      undefined,
      1000,
    ]);
  });

  it('counts with all others of its module: two hundred of the most are refused', () => {
    const bytes = assemble(`(module ${'(table 900 externref)'.repeat(200)})`);
    expect(() => cap(bytes, { tableElements: 1000 })).toThrow(
      expect.objectContaining({ fault: 'table-limit' }),
    );
    expect(() => cap(bytes, { tableElements: 180_000 })).not.toThrow();
  });

  it('is refused when it begins above the limit', () => {
    const bytes = growingTable('1001');
    expect(() => capTables(bytes, describeModule(bytes), 1000)).toThrow(
      expect.objectContaining({ fault: 'table-limit' }),
    );
  });
});

describe('capping', () => {
  it('changes nothing but the limits', () => {
    const bytes = assemble(`(module
      (import "env" "f" (func $f (param i32)))
      (memory (export "memory") 1 9)
      (global (export "g") i32 (i32.const 42))
      (table funcref (elem $f))
      (func $main (call $f (i32.load (i32.const 8))))
      (start $main)
      (data (i32.const 8) "\\2a"))`);
    const capped = cap(bytes, { memoryBytes: 9 * page, tableElements: 1 });
    const seen: unknown[] = [];
    new WebAssembly.Instance(new WebAssembly.Module(capped), {
      env: { f: (value: number) => seen.push(value) },
    });
    expect(seen).toEqual([42]);
    expect(capped.length).toBe(bytes.length);
    expect(describeModule(capped)).toEqual(describeModule(bytes));
  });

  it('leaves what has no cap as it stands', () => {
    const bytes = assemble('(module (memory 1) (table 1 funcref))');
    expect(maximums(capTables(bytes, describeModule(bytes), 5))).toEqual([undefined]);
    expect(
      describeModule(capMemories(bytes, describeModule(bytes), page)).tables[0]?.limits.maximum,
    ).toBeUndefined();
  });
});
