import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonDepthMax, JsonSyntaxError, scanJson, scanMembers } from './scan.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Whether V8 takes the text for JSON: the oracle of these tests. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isScanned(text: string): boolean {
  try {
    scanJson(bytes(text));
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(JsonSyntaxError);
    return false;
  }
}

describe('scanJson', () => {
  it('agrees with JSON.parse on every generated value', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(isScanned(text)).toBe(true);
      }),
    );
  });

  it('agrees with JSON.parse on damaged texts', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom(
          '',
          '"',
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '\\',
          '0',
          '-',
          '.',
          'e',
          '\u0001',
          'tru',
          ' ',
        ),
        (text, position, piece) => {
          const at = position % (text.length + 1);
          const damaged = text.slice(0, at) + piece + text.slice(at + 1);
          // A cut through a surrogate pair makes a string that UTF-8 cannot hold.
          if (!damaged.isWellFormed()) return;
          expect(isScanned(damaged)).toBe(isJson(damaged));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    '-0',
    '1e400',
    '1.0',
    '18446744073709551615',
    '"\\ud800"',
    '{"a":1,"a":2}',
    ' [ 1 , 2 ] ',
  ])('accepts %s', (text) => {
    const span = scanJson(bytes(text));
    expect(text.slice(span.start, span.end)).toBe(text.trim());
  });

  it.each([
    '',
    ' ',
    '01',
    '1.',
    '.5',
    '+1',
    '1e',
    'nul',
    "'a'",
    '{"a"}',
    '[1,]',
    '{"a":1,}',
    '"\t"',
    '"\\x"',
    '1 2',
  ])('refuses %j', (text) => {
    expect(() => scanJson(bytes(text))).toThrow(JsonSyntaxError);
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(() => scanJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow('invalid UTF-8 at byte 1');
    const behindReplacement = Buffer.concat([
      Buffer.from('"é\ufffd😀'),
      Buffer.of(0xed, 0xa0, 0x80),
    ]);
    expect(() => scanJson(behindReplacement)).toThrow('invalid UTF-8 at byte 10');
  });

  it('bounds nesting instead of the stack', () => {
    expect(scanJson(bytes('['.repeat(jsonDepthMax) + ']'.repeat(jsonDepthMax))).kind).toBe('array');
    expect(() => scanJson(bytes('['.repeat(1_000_000)))).toThrow('nested too deeply');
  });
});

describe('scanMembers', () => {
  it('cuts members without touching their text', () => {
    const text = '{"big": 18446744073709551615 , "x\\u0041": {"b":1.0,"b":2}, "s":"❄"}';
    const source = bytes(text);
    const cut = scanMembers(source)?.map((member) => [
      member.name,
      member.kind,
      new TextDecoder().decode(source.subarray(member.start, member.end)),
    ]);
    expect(cut).toEqual([
      ['big', 'number', '18446744073709551615'],
      ['xA', 'object', '{"b":1.0,"b":2}'],
      ['s', 'string', '"❄"'],
    ]);
  });

  it('gives an empty list for an empty object and nothing for other values', () => {
    expect(scanMembers(bytes(' { } '))).toEqual([]);
    expect(scanMembers(bytes('[1]'))).toBeUndefined();
  });

  it.each(['{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{a:1}', '{"a":1}x', '[1'])(
    'refuses %j',
    (text) => {
      expect(() => scanMembers(bytes(text))).toThrow(JsonSyntaxError);
    },
  );

  it('agrees with JSON.parse on generated objects', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        const source = bytes(text);
        const entries = (scanMembers(source) ?? []).map((member) => [
          member.name,
          JSON.parse(
            new TextDecoder().decode(source.subarray(member.start, member.end)),
          ) as unknown,
        ]);
        expect(JSON.stringify(Object.fromEntries(entries))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});
