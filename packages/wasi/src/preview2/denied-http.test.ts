import { describe, expect, it } from 'vitest';
import { Fields } from './denied-http.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('Fields', () => {
  it('keeps what a guest fills in, by names without case', () => {
    const made = Fields.fromList([
      ['Accept', bytes('a')],
      ['X', bytes('1')],
    ]);
    if (made.tag === 'err') throw new Error('refused');
    const fields = made.val;
    fields.append('accept', bytes('b'));
    expect(fields.get('ACCEPT')).toEqual([bytes('a'), bytes('b')]);
    fields.set('x', [bytes('2')]);
    fields.delete('accept');
    expect(fields.has('Accept')).toBe(false);
    expect(fields.clone().entries()).toEqual([['x', bytes('2')]]);
  });

  it('keeps no more than it must', () => {
    const fields = new Fields();
    const outcomes = Array.from({ length: 10_000 }, () => fields.append('x', bytes('')).tag);
    expect(outcomes.at(-1)).toBe('err');
    expect(fields.entries().length).toBeLessThan(3000);
  });
});
