import { describe, expect, it } from 'vitest';
import { assemble, moduleOf, section, text } from '../test/assemble.js';
import type { ModuleDescription } from './description.js';
import { describeArtifact, readArtifact } from './read-artifact.js';

function describeModule(bytes: Uint8Array): ModuleDescription {
  const description = describeArtifact(bytes);
  if (description.format !== 'module') throw new Error('not a module');
  return description;
}

describe('a module is described', () => {
  it('with its imports of every kind', () => {
    const { imports, memories, tables } = describeModule(
      assemble(`(module
        (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
        (import "env" "table" (table 2 9 funcref))
        (import "env" "memory" (memory 1 16))
        (import "env" "base" (global i32))
        (import "env" "counter" (global (mut i64)))
        (import "env" "failure" (tag (param i32))))`),
    );
    expect(imports.map(({ module, name }) => `${module}.${name}`)).toEqual([
      'wasi_snapshot_preview1.fd_write',
      'env.table',
      'env.memory',
      'env.base',
      'env.counter',
      'env.failure',
    ]);
    expect(imports.map(({ external }) => external)).toEqual([
      {
        type: 'function',
        signature: { params: ['i32', 'i32', 'i32', 'i32'], results: ['i32'] },
      },
      { type: 'table', limits: { minimum: 2, maximum: 9, shared: false, is64: false } },
      {
        type: 'memory',
        limits: { minimum: 1, maximum: 16, shared: false, is64: false },
        pageBytes: 65_536,
      },
      { type: 'global', valueType: 'i32', mutable: false },
      { type: 'global', valueType: 'i64', mutable: true },
      { type: 'tag' },
    ]);
    expect(memories).toHaveLength(1);
    expect(memories[0]?.imported).toBe(true);
    expect(tables).toEqual([
      { imported: true, limits: { minimum: 2, maximum: 9, shared: false, is64: false } },
    ]);
  });

  it('with its exports, which find imported and own items by index', () => {
    const { exports } = describeModule(
      assemble(`(module
        (import "env" "first" (func (param i32)))
        (func (export "second") (param i64 f32) (result f64 i32) (f64.const 1) (i32.const 2))
        (export "again" (func 0))
        (table (export "t") 3 externref)
        (memory (export "m") 2)
        (global (export "g") v128 (v128.const i64x2 1 2))
        (tag (export "e") (param i32)))`),
    );
    expect(exports).toEqual([
      {
        name: 'second',
        external: {
          type: 'function',
          signature: { params: ['i64', 'f32'], results: ['f64', 'i32'] },
        },
      },
      {
        name: 'again',
        external: { type: 'function', signature: { params: ['i32'], results: [] } },
      },
      {
        name: 't',
        external: {
          type: 'table',
          limits: { minimum: 3, maximum: undefined, shared: false, is64: false },
        },
      },
      {
        name: 'm',
        external: {
          type: 'memory',
          limits: { minimum: 2, maximum: undefined, shared: false, is64: false },
          pageBytes: 65_536,
        },
      },
      { name: 'g', external: { type: 'global', valueType: 'v128', mutable: false } },
      { name: 'e', external: { type: 'tag' } },
    ]);
  });

  it('with shared memory, 64-bit memory and pages of one byte', () => {
    expect(describeModule(assemble('(module (memory 1 4 shared))')).memories[0]?.limits).toEqual({
      minimum: 1,
      maximum: 4,
      shared: true,
      is64: false,
    });
    expect(describeModule(assemble('(module (memory i64 1 65537))')).memories[0]?.limits).toEqual({
      minimum: 1,
      maximum: 65_537,
      shared: false,
      is64: true,
    });
    const tinyPages = moduleOf(section(5, [1, 0x09, 100, 120, 0]));
    expect(describeModule(tinyPages).memories).toEqual([
      {
        imported: false,
        limits: { minimum: 100, maximum: 120, shared: false, is64: false },
        pageBytes: 1,
      },
    ]);
  });

  it('with the start function told apart from an exported _start', () => {
    expect(
      describeModule(assemble('(module (func $f) (export "_start" (func $f)))')).hasStartFunction,
    ).toBe(false);
    expect(describeModule(assemble('(module (func $f) (start $f))')).hasStartFunction).toBe(true);
  });

  it('with whether it defines arrays, which are not linear memory', () => {
    const struct = [0x5f, 1, 0x7f, 0];
    const array = [0x50, 0, 0x5e, 0x78, 1];
    expect(describeModule(moduleOf(section(1, [1, ...struct]))).definesArrays).toBe(false);
    // In a recursion group.
    expect(describeModule(moduleOf(section(1, [1, 0x4e, 2, ...struct, ...array])))).toMatchObject({
      definesArrays: true,
    });
  });

  it('with custom sections and producers', () => {
    const producers = [
      ...text('producers'),
      2,
      ...text('language'),
      1,
      ...text('Rust'),
      ...text('2021'),
      ...text('processed-by'),
      1,
      ...text('rustc'),
      ...text('1.63.0'),
    ];
    const description = describeModule(
      moduleOf(section(0, [...text('name'), 1, 2, 3]), section(0, producers)),
    );
    expect(description.customSections).toEqual(['name', 'producers']);
    expect(description.producers).toEqual([
      { field: 'language', name: 'Rust', version: '2021' },
      { field: 'processed-by', name: 'rustc', version: '1.63.0' },
    ]);
  });

  it('although its producers section is damaged, which engines do not care about', () => {
    const description = describeModule(moduleOf(section(0, [...text('producers'), 9, 9])));
    expect(description.producers).toEqual([]);
  });

  it('with garbage-collected types in recursion groups', () => {
    // (rec (type (sub (struct (field (mut i8)) (field (ref null 1))))) (type (sub final 0 (array i16))))
    // (type (func (param (ref 0) (ref null any)) (result i31ref)))
    const types = [
      ...[2, 0x4e, 2],
      ...[0x50, 0, 0x5f, 2, 0x78, 1, 0x63, 0x01, 0],
      ...[0x4f, 1, 0, 0x5e, 0x77, 0],
      ...[0x60, 2, 0x64, 0x00, 0x63, 0x6e, 1, 0x6c],
    ];
    const imported = [1, ...text('m'), ...text('f'), 0x00, 2];
    const { imports } = describeModule(moduleOf(section(1, types), section(2, imported)));
    expect(imports[0]?.external).toEqual({
      type: 'function',
      signature: { params: ['(ref 0)', '(ref null any)'], results: ['i31ref'] },
    });
  });

  it('when globals and tables begin with any constant expression', () => {
    const bytes = assemble(`(module
      (import "env" "base" (global i32))
      (func $f)
      (table (export "t") 1 funcref)
      (global i32 (i32.const -2147483648))
      (global i64 (i64.const -9223372036854775808))
      (global f32 (f32.const 1.5))
      (global f64 (f64.const 1.5))
      (global funcref (ref.null func))
      (global funcref (ref.func $f))
      (global i32 (global.get 0))
      (global i32 (i32.add (global.get 0) (i32.const 8)))
      (global (export "last") (mut f32) (f32.const 0)))`);
    expect(describeModule(bytes).exports.at(-1)?.external).toEqual({
      type: 'global',
      valueType: 'f32',
      mutable: true,
    });
    // (table 1 (ref 0) (ref.func 0)), the form with an initializer.
    const initialized = moduleOf(
      section(1, [1, 0x60, 0, 0]),
      section(3, [1, 0]),
      section(4, [1, 0x40, 0x00, 0x64, 0x00, 0x00, 1, 0xd2, 0x00, 0x0b]),
      section(10, [1, 2, 0, 0x0b]),
    );
    expect(WebAssembly.validate(initialized)).toBe(true);
    expect(describeModule(initialized).tables).toHaveLength(1);
  });
});

describe('an artifact', () => {
  it('has the SHA-256 of its bytes and keeps them', () => {
    const bytes = moduleOf();
    const artifact = readArtifact(bytes);
    expect(artifact.digest).toBe(
      '93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476',
    );
    expect(artifact.bytes).toBe(bytes);
    expect(structuredClone(artifact)).toEqual(artifact);
  });
});
