import { describe, expect, it } from 'vitest';
import { toErrorJson } from './error-text.js';

const rules = { resultBytes: 100, logs: { write: () => undefined } };

describe('toErrorJson', () => {
  it.each([
    ['{"a":1.0,"a":2}', '{"a":1.0,"a":2}'],
    [' "text"\n', '"text"'],
    ['42', '42'],
    ['not found', '"not found"'],
    ['', '""'],
    ['{"cut', '"{\\"cut"'],
    ['schön "so"', '"schön \\"so\\""'],
  ])('makes of %j the JSON %s', (text, json) => {
    expect(toErrorJson(text, rules)).toEqual({ type: 'application-error', json });
  });

  it('refuses an error beyond the limit', () => {
    expect(() => toErrorJson('x'.repeat(200), rules)).toThrow(
      expect.objectContaining({ code: 'WW_ERR_RESULT_TOO_LARGE' }),
    );
  });
});
