import { describe, expect, it } from 'vitest';
import { assemble } from '../test/assemble.js';
import { isArtifactError } from './artifact-error.js';
import { ByteReader } from './byte-reader.js';
import { readBodyShape, type BodyShape } from './function-body.js';
import { walkModuleSections } from './module-sections.js';

/** The shape of the last function, which has no locals. */
function shapeOf(wat: string): BodyShape {
  for (const { name, content } of walkModuleSections(new ByteReader(assemble(wat)))) {
    if (name !== 'code') continue;
    let shape: BodyShape | undefined;
    for (let count = content.u32(); count > 0; count -= 1) {
      const body = content.part(content.u32());
      expect(body.u32()).toBe(0);
      shape = readBodyShape(body);
    }
    if (shape !== undefined) return shape;
  }
  throw new Error('no code');
}

const inFunction = (body: string, fields = ''): string =>
  `(module (memory 1) (memory 1) (table $t 1 funcref) (type $f (func (param i32) (result i32))) ${fields}
    (func (param i32) ${body}))`;

const walk = (...bytes: readonly number[]): BodyShape =>
  readBodyShape(new ByteReader(Uint8Array.from(bytes)));

describe('the shape of a body', () => {
  it('has depth, loops and edges', () => {
    const body = `(block (loop (if (local.get 0) (then (loop (br_if 0 (local.get 0)))))))
      (block (br_table 0 0 0 1 (local.get 0)))`;
    // Five blocks, a branch, and a table of three labels and a default.
    expect(shapeOf(inFunction(body))).toEqual({ depth: 4, loops: 2, edges: 10 });
  });

  it.each([
    ['nothing', '', 0],
    [
      'numbers',
      '(drop (i64.add (i64.const -9223372036854775808) (i64.extend_i32_s (local.get 0))))',
      0,
    ],
    ['floats', '(drop (f64.add (f64.const 1.5) (f64.promote_f32 (f32.const 2))))', 0],
    ['saturating conversions', '(drop (i32.trunc_sat_f64_u (f64.const 1e300)))', 0],
    [
      'memory',
      '(i64.store32 1 offset=70000 (i32.const 8) (i64.load8_u offset=1 (local.get 0)))',
      0,
    ],
    [
      'bulk memory',
      '(memory.copy (local.get 0) (i32.const 1) (i32.const 2)) (memory.fill 1 (local.get 0) (i32.const 1) (i32.const 2)) (drop (memory.grow (i32.const 0)))',
      0,
    ],
    [
      'tables',
      '(table.set 0 (i32.const 0) (ref.null func)) (table.fill 0 (i32.const 0) (ref.null func) (i32.const 1)) (drop (table.size 0))',
      0,
    ],
    [
      'select with a type',
      '(drop (select (result funcref) (ref.null func) (ref.null func) (local.get 0)))',
      0,
    ],
    [
      'vectors',
      '(v128.store (i32.const 0) (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i64x2 1 2) (i32x4.splat (i32x4.extract_lane 3 (v128.load8_lane 5 (local.get 0) (v128.const i32x4 1 2 3 4))))))',
      0,
    ],
    ['atomics', '(drop (i32.atomic.rmw.add (local.get 0) (i32.const 1))) (atomic.fence)', 0],
    ['calls', '(drop (call_indirect $t (type $f) (local.get 0) (i32.const 0)))', 1],
    [
      'exceptions',
      '(try (do (throw $e (i32.const 1))) (catch $e (drop)) (catch_all (rethrow 0)))',
      1,
    ],
  ])('is found through %s', (_, body, edges) => {
    const tag = body.includes('$e') ? '(tag $e (param i32))' : '';
    expect(shapeOf(inFunction(body, tag)).edges).toBe(edges);
  });

  it('is found through references of named types, casts and tables of catches', () => {
    const casts = [0xfb, 0x18, 0x03, 0x00, 0x6e, 0x6b, 0xfb, 0x16, 0x6c, 0xfb, 0x08, 0x00, 0x02];
    const catches = [0x1f, 0x40, 0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x0b];
    const selects = [0x1c, 0x01, 0x63, 0x00];
    expect(walk(...casts, ...catches, ...selects, 0x0b)).toEqual({ depth: 1, loops: 0, edges: 4 });
  });

  it.each([
    ['an unknown instruction', [0xff, 0x0b]],
    ['an unknown instruction behind a prefix', [0xfc, 0x7f, 0x0b]],
    ['no end', [0x01, 0x01]],
    ['nothing at all', []],
    ['an instruction that is cut short', [0x44, 0x00, 0x0b]],
    ['a number that is cut short', [0x41, 0x80, 0x80]],
    ['more labels than bytes', [0x0e, 0xff, 0xff, 0xff, 0x7f, 0x0b]],
    ['something behind its end', [0x0b, 0x01]],
  ])('is refused with %s', (_, bytes) => {
    let thrown: unknown;
    try {
      walk(...bytes);
    } catch (error) {
      thrown = error;
    }
    expect(isArtifactError(thrown) && thrown.fault).toBe('malformed');
  });
});
