import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutMembers } from './member-texts.js';
import { JsonSyntaxError, scanMembers } from './scan.js';

/** What the scanner of bytes says, in the form of the one for texts. */
function scanned(text: string) {
  const bytes = Buffer.from(text);
  try {
    return scanMembers(bytes)?.map(({ name, kind, start, end }) => ({
      name,
      kind,
      source: bytes.subarray(start, end).toString(),
    }));
  } catch (error) {
    expect(error).toBeInstanceOf(JsonSyntaxError);
    return undefined;
  }
}

function cut(text: string) {
  return cutMembers(text)?.map(({ name, kind, source }) => ({ name, kind, source }));
}

const pieces = [
  '',
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u12',
  '0',
  '01',
  '-',
  '.',
  'e',
  '\u0001',
  'tru',
  ' ',
];

describe('cutMembers', () => {
  it('cuts a usual body whole', () => {
    const text = ' {"a":"x", "n": -1.5e3 ,"v":{"deep":[1,"\\n",{}]},"t":true,"f":false,"z":null} ';
    expect(cut(text)).toEqual(scanned(text));
    expect(cut(text)).toHaveLength(6);
    expect(cutMembers('{}')).toEqual([]);
  });

  it('tells which strings stand for themselves', () => {
    expect(cutMembers('{"a":"x","b":"\\u0041"}')).toMatchObject([
      { source: '"x"', isPlain: true },
      { source: '"\\u0041"', isPlain: false },
    ]);
  });

  it('says the same as the scanner of bytes, or nothing', () => {
    const member = fc.tuple(fc.string(), fc.json({ maxDepth: 4 }));
    const body = fc
      .array(member, { maxLength: 8 })
      .map(
        (members) =>
          `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`,
      );
    fc.assert(
      fc.property(body, fc.nat(), fc.constantFrom(...pieces), (text, position, piece) => {
        for (const candidate of [text, damage(text, position, piece)]) {
          const found = cut(candidate);
          if (found !== undefined) expect(found).toEqual(scanned(candidate));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '',
    '[]',
    '{"a":1}}',
    '{"a":1,}',
    '{"a" 1}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":"\u0001"}',
    '{"a":tru}',
    '{"a":[1,]}',
    '{"a":{"b"}}',
    '{"a":{1:2}}',
    '{"a":"x',
    '{"a":nullx}',
  ])('leaves %j to the scanner of bytes', (text) => {
    expect(cutMembers(text)).toBeUndefined();
  });

  it('leaves what is nested deeply, or has many members, to the scanner of bytes', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(cutMembers(nested(64))).toHaveLength(1);
    expect(cutMembers(nested(100_000))).toBeUndefined();
    expect(cutMembers(`{${'"a":1,'.repeat(64)}"b":1}`)).toBeUndefined();
  });
});

function damage(text: string, position: number, piece: string): string {
  const at = position % (text.length + 1);
  return text.slice(0, at) + piece + text.slice(at + 1);
}
