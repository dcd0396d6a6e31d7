import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exactJsonDepthMax,
  exactJsonTextsMax,
  exactJsonValuesMax,
  parseExactJson,
} from './exact-json.js';
import { isRejection } from '../rejections.js';

const parse = (text: string): unknown => parseExactJson(Buffer.from(text));
const back = (text: string): string => JSON.stringify(parse(text));

function refusal(bytes: Uint8Array): unknown {
  try {
    parseExactJson(bytes);
  } catch (error) {
    return isRejection(error) ? { code: error.code, text: error.message } : error;
  }
  return undefined;
}

describe('parseExactJson', () => {
  it.each([
    '9007199254740993',
    '-9007199254740993',
    '123456789012345678901234567890',
    '1.0',
    '-0',
    '-0.0',
    '0.10',
    '1e400',
    '-1E+400',
    '1e2',
    '0.1234567890123456789',
    '5e-400',
  ])('keeps the number %s as it was written', (number) => {
    expect(back(number)).toBe(number);
    expect(back(`{"a":[${number},{"b":${number}}],"c":1}`)).toBe(
      `{"a":[${number},{"b":${number}}],"c":1}`,
    );
    expect(typeof parse(number)).toBe('object');
  });

  it('gives numbers that JavaScript keeps as numbers', () => {
    expect(parse(' {"a": [0, 1, -1.5, 9007199254740992, 1e21 , "1.0"]} ')).toMatchObject({
      a: { 0: 0, 1: 1, 2: -1.5, 3: 9007199254740992, 5: '1.0' },
    });
  });

  it('lets the last value of a name count, whatever it was before', () => {
    expect(back('{"a":1.0,"a":9007199254740993}')).toBe('{"a":9007199254740993}');
    expect(back('{"a":9007199254740993,"a":{"b":1.0}}')).toBe('{"a":{"b":1.0}}');
    expect(back('{"a":{"b":1.0},"a":2}')).toBe('{"a":2}');
  });

  it('takes __proto__ for a name like any other', () => {
    for (const number of ['1', '1.0']) {
      const value = parse(`{"__proto__":{"polluted":${number}},"constructor":${number}}`) as object;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
      expect(JSON.stringify(value)).toBe(
        `{"__proto__":{"polluted":${number}},"constructor":${number}}`,
      );
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is not confused by what looks like numbers, quotes or containers inside strings', () => {
    const text = String.raw`{"a\"1.0[":"\\","b":"{[-0,1.0\"\\\\\"]","c":1.0}`;
    expect(back(text)).toBe(text);
  });

  it('gives every value back that JSON can write', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        expect(back(text)).toBe(text);
      }),
    );
  });

  it('gives every number back as it was written, wherever it stands', () => {
    const number = fc.stringMatching(
      /^-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][-+]?[0-9]{1,4})?$/,
    );
    fc.assert(
      fc.property(fc.array(number), fc.string(), (numbers, name) => {
        const text = `{${JSON.stringify(`x${name}`)}:[${numbers.join(',')}]}`;
        expect(back(text)).toBe(text);
      }),
    );
  });

  it('reads and writes the deepest nesting, and refuses one level more', () => {
    const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}1.0${']}'.repeat(depth / 2)}`;
    expect(back(nested(exactJsonDepthMax))).toBe(nested(exactJsonDepthMax));
    expect(refusal(Buffer.from(nested(exactJsonDepthMax + 2)))).toMatchObject({
      code: 'WW_ERR_API_BODY',
      text: expect.stringContaining('1000 levels') as string,
    });
    expect(refusal(Buffer.from('['.repeat(5_000_000)))).toMatchObject({ code: 'WW_ERR_API_BODY' });
  });

  it('refuses more values than anybody has a use for', () => {
    const most = (value: string, count: number) => `[${`${value},`.repeat(count - 2)}${value}]`;
    for (const [value, valuesMax] of [
      ['1', exactJsonValuesMax],
      ['1.0', exactJsonTextsMax],
    ] as const) {
      expect(refusal(Buffer.from(most(value, valuesMax)))).toBeUndefined();
      expect(refusal(Buffer.from(most(value, valuesMax + 1)))).toMatchObject({
        code: 'WW_ERR_API_BODY',
        text: expect.stringContaining(`${String(valuesMax)} values`) as string,
      });
    }
    // The one that needs care comes last.
    expect(refusal(Buffer.from(`[${most('1', exactJsonTextsMax)},1.0]`))).toMatchObject({
      code: 'WW_ERR_API_BODY',
    });
  });

  it.each([
    ['nothing', ''],
    ['a word', 'nope'],
    ['a cut text', '{"a":1'],
    ['two values', '{} {}'],
    ['a comma too many', '[1,]'],
    ['a mark of byte order', '\ufeff{}'],
    ['a control character', '"\u0001"'],
    ['no number', '01'],
  ])('refuses %s', (_name, text) => {
    expect(refusal(Buffer.from(text))).toMatchObject({
      code: 'WW_ERR_API_BODY',
      text: expect.stringMatching(/^The request content was malformed:\n/) as string,
    });
  });

  it('refuses what is no UTF-8', () => {
    expect(refusal(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ code: 'WW_ERR_API_BODY' });
    expect(refusal(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toMatchObject({
      code: 'WW_ERR_API_BODY',
    });
  });

  it('never throws anything but a rejection', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.uint8Array({ maxLength: 3 }), (text, position, noise) => {
        const bytes = Buffer.from(text);
        bytes.set(
          noise.subarray(0, Math.max(0, bytes.length - (position % bytes.length))),
          position % bytes.length,
        );
        const found = refusal(bytes);
        expect(found === undefined || (found as { code?: string }).code === 'WW_ERR_API_BODY').toBe(
          true,
        );
      }),
    );
  });
});
