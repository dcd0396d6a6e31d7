import { toJsonText } from '@wasmwhisk/json-text';
import { describe, expect, it } from 'vitest';
import { WasmRuntimeError } from '../errors.js';
import { fitsArgument, toPlainResult, toTaggedResult } from './result.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const rules = { resultBytes: 1000, logs: { write: () => undefined } };

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof WasmRuntimeError) return error.code;
    throw error;
  }
  return 'no error';
}

describe('toTaggedResult', () => {
  it.each([
    [
      '{"Ok": {"random":18446744073709551615, "x":1.0}}',
      'ok',
      '{"random":18446744073709551615, "x":1.0}',
    ],
    ['{"Ok":[]}', 'ok', '[]'],
    ['{"Err":{"error":"no"}}', 'application-error', '{"error":"no"}'],
    ['{"Err":"text"}', 'application-error', '"text"'],
  ])('cuts the value out of %s', (text, type, json) => {
    expect(toTaggedResult(encode(text), rules)).toEqual({ type, json });
  });

  it.each(['{"Ok":1}', '{"Other":{}}', '{}', '[]', '{"Ok":{}', '', '{"Ok":{},"Err":1}'])(
    'refuses %j',
    (text) => {
      expect(codeOf(() => toTaggedResult(encode(text), rules))).toBe('WW_ERR_RESULT_INVALID');
    },
  );
});

describe('toPlainResult', () => {
  it('passes objects and arrays unchanged', () => {
    expect(toPlainResult(encode(' {"a":1,"a":2} '), rules)).toEqual({
      type: 'ok',
      json: '{"a":1,"a":2}',
    });
    expect(toPlainResult(encode('["a"]'), rules)).toEqual({ type: 'ok', json: '["a"]' });
  });

  it('refuses a result above the limit by its own code', () => {
    expect(codeOf(() => toPlainResult(encode(`["${'a'.repeat(1000)}"]`), rules))).toBe(
      'WW_ERR_RESULT_TOO_LARGE',
    );
  });

  it.each(['null', 'true', '3', '"s"', 'x'])('refuses %j', (text) => {
    expect(codeOf(() => toPlainResult(encode(text), rules))).toBe('WW_ERR_RESULT_INVALID');
  });
});

describe('fitsArgument', () => {
  const inputOf = (bytes: number) => toJsonText(Buffer.from(`"${'x'.repeat(bytes - 2)}"`));

  it.each([
    ['module', 128 * 1024],
    ['component', 32 * 1024],
  ] as const)('leaves room for the final NUL of a %s', (format, bytes) => {
    expect(fitsArgument(inputOf(bytes - 1), format)).toBe(true);
    expect(fitsArgument(inputOf(bytes), format)).toBe(false);
  });
});
