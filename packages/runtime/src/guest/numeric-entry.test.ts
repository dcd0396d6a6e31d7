import { describe, expect, it } from 'vitest';
import type { FunctionType } from '@wasmwhisk/artifact';
import { resolveNumericEntry } from './numeric-entry.js';

const add: FunctionType = { params: ['i32', 'i32'], results: ['i32'] };
const reference: FunctionType = { params: ['externref'], results: [] };
const nothing: FunctionType = { params: [], results: [] };

describe('resolveNumericEntry', () => {
  it('takes the export that is named', () => {
    const functions = new Map([
      ['add', add],
      ['main', nothing],
    ]);
    expect(resolveNumericEntry(functions, 'add')).toEqual({ name: 'add', signature: add });
  });

  it('takes main, or else the only one, when none is named', () => {
    const both = new Map([
      ['add', add],
      ['main', nothing],
    ]);
    expect(resolveNumericEntry(both, undefined).name).toBe('main');
    const one = new Map([
      ['_initialize', nothing],
      ['add', add],
      ['see', reference],
    ]);
    expect(resolveNumericEntry(one, undefined).name).toBe('add');
    expect(resolveNumericEntry(one, 'main').name).toBe('add');
  });

  it.each([
    ['subtract', [['add', add]]],
    ['see', [['see', reference]]],
    ['_initialize', [['_initialize', nothing]]],
    [
      undefined,
      [
        ['add', add],
        ['more', add],
      ],
    ],
  ] as const)('refuses %s and lists what there is', (entry, functions) => {
    expect(() => resolveNumericEntry(new Map(functions), entry)).toThrow(
      expect.objectContaining({ code: 'WW_ERR_GUEST_EXPORT_MISSING' }) as Error,
    );
  });
});
