import { describe, expect, it } from 'vitest';
import { isNumericSignature, parseNumericArguments, toNumericResult } from './numeric.js';

const signature = (params: string[], results: string[] = ['i64']) => ({ params, results });

describe('the numeric interface', () => {
  it('keeps 64-bit integers exact both ways', () => {
    const args = parseNumericArguments(
      '{"args":[9223372036854775807,-9223372036854775808]}',
      signature(['i64', 'i64']),
    );
    expect(args).toEqual([9223372036854775807n, -9223372036854775808n]);
    expect(toNumericResult(9223372036854775807n, signature([]))).toEqual({
      type: 'ok',
      json: '{"result":9223372036854775807}',
    });
  });

  it('takes unsigned 32-bit integers and floats', () => {
    expect(parseNumericArguments('{"args":[4294967295,1.5]}', signature(['i32', 'f64']))).toEqual([
      -1, 1.5,
    ]);
  });

  it.each([
    '{}',
    '[]',
    '{"args":[1]}',
    '{"args":[1,"2"]}',
    '{"args":[1,2.5]}',
    '{"args":[1,99999999999]}',
  ])('refuses %s for two i32', (input) => {
    expect(() => parseNumericArguments(input, signature(['i32', 'i32']))).toThrow();
  });

  it('makes an empty object where nothing is returned', () => {
    expect(toNumericResult(undefined, signature([], []))).toEqual({ type: 'ok', json: '{}' });
    expect(toNumericResult(Number.NaN, signature([], ['f64']))).toEqual({
      type: 'ok',
      json: '{"result":null}',
    });
  });

  it('knows which signatures it can call', () => {
    expect(isNumericSignature(signature(['i32'], ['f32']))).toBe(true);
    expect(isNumericSignature(signature(['externref'], []))).toBe(false);
    expect(isNumericSignature(signature([], ['i32', 'i32']))).toBe(false);
  });

  it('refuses an input that is longer than any that it takes, before it is parsed', () => {
    const input = `{"args":[${'1,'.repeat(600_000)}1]}`;
    expect(() => parseNumericArguments(input, signature(['i32']))).toThrow('longer than');
  });
});
