import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from './exact-json.js';
import { readJson } from './read-json.js';

const read = (text: string): unknown => readJson(text, Number);

/** Not made within a test: the first time takes a second or more. */
const anyValue = fc.jsonValue({ stringUnit: 'binary' });

/** With names and strings written with escapes wherever that is possible. */
function escape(text: string): string {
  return text.replaceAll(/[\u0080-\uffff]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}

describe('readJson', () => {
  it('reads what was written', () => {
    // Not compared with JSON.parse, which reads some of these names wrongly.
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = JSON.stringify(value);
        for (const written of [text, escape(text)])
          expect(JSON.stringify(read(written))).toBe(text);
      }),
    );
  });

  it.each([
    '{}',
    ' [ ] ',
    ' { "a" : [ 1 , { } , [ ] ] , "b" : null } ',
    '"a\\"b\\\\"',
    '{"\\\\":"\\\\\\"","\\"":"\\\\"}',
    '[true,false,null,-1.5e3,""]',
    '{"__proto__":1,"constructor":2,"a":3,"a":4}',
  ])('reads %s', (text) => {
    expect(JSON.stringify(read(text))).toBe(JSON.stringify(JSON.parse(text)));
  });

  it('takes a string of many escapes', () => {
    const text = JSON.stringify(['"\\'.repeat(500_000)]);
    expect(JSON.stringify(read(text))).toBe(text);
  });
});

describe('parseExactJson', () => {
  it.each([
    ['{"b":1,"\\\\":1}', '{"b":1,"\\u00e9":1}', '{"b":1,"é":1}'],
    ['{"c":1,"a\\\\":1}', '{"c":1,"a\\"":1}', '{"c":1,"a\\"":1}'],
    ['{"d":1,"\\\\u":1}', '{"d":1,"\\u0061b":9007199254740993}', '{"d":1,"ab":9007199254740993}'],
  ])('reads names with escapes, whatever was read before (%s)', (before, text, expected) => {
    // Both ways: by ourselves, and as anybody else in the process might.
    for (const parse of [
      parseExactJson,
      (bytes: Buffer) => JSON.parse(bytes.toString()) as unknown,
    ])
      for (let times = 0; times < 3; times += 1) parse(Buffer.from(before));
    expect(JSON.stringify(parseExactJson(Buffer.from(text)))).toBe(expected);
  });
});
