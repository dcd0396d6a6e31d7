import { describe, expect, it } from 'vitest';
import { createDeniedHttp, type Fields } from './denied-http.js';
import { ResourceBudget, type GuestContext } from './guest-context.js';
import type { Result } from './result.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const context = (): GuestContext => ({
  signal: undefined,
  onWaiting: undefined,
  onFailure: () => undefined,
  resources: new ResourceBudget(1024 * 1024),
});

interface FieldsClass {
  new (): Fields;
  fromList(entries: readonly (readonly [string, Uint8Array])[]): Result<Fields, unknown>;
}

function fieldsClass(): FieldsClass {
  return createDeniedHttp(context())['wasi:http/types']?.['Fields'] as FieldsClass;
}

describe('Fields', () => {
  it('keeps what a guest fills in, by names without case', () => {
    const OwnFields = fieldsClass();
    const made = OwnFields.fromList([
      ['Accept', bytes('a')],
      ['X', bytes('1')],
    ]);
    if (made.tag === 'err') throw new Error('refused');
    const fields = made.val;
    expect(fields).toBeInstanceOf(OwnFields);
    fields.append('accept', bytes('b'));
    expect(fields.get('ACCEPT')).toEqual([bytes('a'), bytes('b')]);
    fields.set('x', [bytes('2')]);
    fields.delete('accept');
    expect(fields.has('Accept')).toBe(false);
    expect(fields.clone().entries()).toEqual([['x', bytes('2')]]);
  });

  it('keeps no more than it must', () => {
    const fields = new (fieldsClass())();
    const outcomes = Array.from({ length: 10_000 }, () => fields.append('x', bytes('')).tag);
    expect(outcomes.at(-1)).toBe('err');
    expect(fields.entries().length).toBeLessThan(3000);
  });

  it('traps when there are too many, and not when they are dropped', () => {
    const OwnFields = fieldsClass();
    for (let made = 0; made < 1000; made += 1) new OwnFields()[Symbol.dispose]();
    expect(() => Array.from({ length: 100 }, () => new OwnFields())).toThrow(
      WebAssembly.RuntimeError,
    );
  });
});
