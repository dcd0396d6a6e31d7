import { describe, expect, it } from 'vitest';
import { assemble, moduleOf, section, text } from '../test/assemble.js';
import { capMemories } from './cap-limits.js';
import type { ModuleDescription } from './description.js';
import { canImportMemory, importMemory } from './import-memory.js';
import { describeArtifact } from './read-artifact.js';

const name = { module: 'wasmwhisk', name: 'memory' };

function describeModule(bytes: Uint8Array): ModuleDescription {
  const description = describeArtifact(bytes);
  if (description.format !== 'module') throw new Error('not a module');
  return description;
}

function toImport(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const rewritten = importMemory(bytes, describeModule(bytes), name);
  expect(WebAssembly.validate(rewritten)).toBe(true);
  return rewritten;
}

describe('a module made to import its memory', () => {
  const body = `
    (memory (export "memory") 1 4)
    (func $main (i32.store (i32.const 100) (i32.load (i32.const 8))))
    (start $main)
    (data (i32.const 8) "\\2a")`;

  it.each([
    ['without imports', `(module ${body})`, {}],
    [
      'with imports',
      `(module (import "a" "f" (func)) (import "a" "g" (global i32)) ${body})`,
      { a: { f: () => undefined, g: 1 } },
    ],
  ])('uses the memory it is given: %s', (_case, source, others) => {
    const module = new WebAssembly.Module(toImport(assemble(source)));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    const instance = new WebAssembly.Instance(module, { ...others, wasmwhisk: { memory } });
    expect(instance.exports['memory']).toBe(memory);
    expect(new Uint8Array(memory.buffer)[100]).toBe(42);
  });

  it('keeps the limits it declared or was capped at', () => {
    const bytes = assemble(`(module (memory 1))`);
    const capped = capMemories(bytes, describeModule(bytes), 3 * 65_536);
    expect(describeModule(toImport(capped)).memories).toEqual([
      {
        imported: true,
        limits: { minimum: 1, maximum: 3, shared: false, is64: false },
        pageBytes: 65_536,
      },
    ]);
  });

  it('keeps custom sections where they were', () => {
    const first = section(0, [...text('dylink.0'), 1]);
    const last = section(0, text('name'));
    const rewritten = toImport(moduleOf(first, section(5, [1, 0, 1]), last));
    expect(describeModule(rewritten).customSections).toEqual(['dylink.0', 'name']);
    expect([...rewritten.subarray(8, 8 + first.length)]).toEqual(first);
  });
});

describe('a module whose memory cannot be imported', () => {
  it.each([
    ['it has none', '(module)'],
    ['it imports one already', '(module (import "h" "m" (memory 1)))'],
    ['it has two', '(module (memory 1) (memory 1))'],
    ['it is shared', '(module (memory 1 1 shared))'],
    ['its addresses have 64 bits', '(module (memory i64 1))'],
  ])('is refused because %s', (_reason, source) => {
    const bytes = assemble(source);
    const description = describeModule(bytes);
    expect(canImportMemory(description)).toBe(false);
    expect(() => importMemory(bytes, description, name)).toThrow(
      expect.objectContaining({ fault: 'memory-not-importable' }),
    );
  });
});
