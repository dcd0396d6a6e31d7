import { array, assert, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { readFields } from './form-fields.js';

function codeOf(text: string, source: 'query' | 'form'): string | undefined {
  try {
    readFields(text, source);
    return undefined;
  } catch (error) {
    if (isRejection(error)) return error.code;
    throw error;
  }
}

describe('readFields', () => {
  it('reads what URLSearchParams writes', () => {
    assert(
      property(
        array(tuple(string({ unit: 'grapheme' }), string({ unit: 'grapheme' }))),
        (pairs) => {
          const text = new URLSearchParams(pairs).toString();
          expect([...readFields(text, 'form')]).toEqual([...new Map(pairs)]);
        },
      ),
    );
  });

  it('takes values with equals signs, and passes over what is empty', () => {
    expect([...readFields('&a=b=c&&=x&d&', 'query')]).toEqual([
      ['a', 'b=c'],
      ['', 'x'],
      ['d', ''],
    ]);
  });

  it('says where a bad escape stood', () => {
    expect(codeOf('a=%g1', 'query')).toBe('WW_ERR_API_QUERY');
    expect(codeOf('%=1', 'form')).toBe('WW_ERR_API_BODY');
  });

  it('stops at a hundred thousand fields', () => {
    const fields = Array.from({ length: 100_001 }, (_, index) => String(index));
    expect(codeOf(fields.slice(1).join('&'), 'form')).toBeUndefined();
    expect(codeOf(fields.join('&'), 'form')).toBe('WW_ERR_API_BODY');
  });
});
