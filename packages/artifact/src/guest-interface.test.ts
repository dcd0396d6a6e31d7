import { describe, expect, it } from 'vitest';
import { assemble } from '../test/assemble.js';
import { describeArtifact } from './read-artifact.js';

const functions = (...names: readonly string[]): string =>
  names.map((name) => `(func (export "${name}"))`).join(' ');

describe('the interface of a module', () => {
  it.each([
    [
      'buffer',
      functions(
        '_start',
        'wasm_memory_buffer_allocate_space',
        'get_wasm_memory_buffer_pointer',
        'get_wasm_memory_buffer_len',
      ),
    ],
    ['buffer-second', functions('_start', 'set_input', 'get_result_len', 'get_result')],
    ['command', functions('_start', 'set_input')],
    ['numeric', '(func (export "add") (param i32 f64) (result i64) (i64.const 1))'],
    [undefined, functions('_initialize')],
    [undefined, '(memory (export "_start") 1)'],
    [undefined, '(func (export "refer") (param externref))'],
    [undefined, '(func (export "pair") (result i32 i32) (i32.const 1) (i32.const 2))'],
    [undefined, '(global (export "set_input") i32 (i32.const 0))'],
  ])('is %s for %s', (guestInterface, fields) => {
    expect(describeArtifact(assemble(`(module ${fields})`)).guestInterface).toBe(guestInterface);
  });
});
