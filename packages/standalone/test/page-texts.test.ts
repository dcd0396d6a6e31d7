import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** What a browser loads, loaded here: it needs nothing of one. */
const { indentJson, membersOf, objectFault, visible } = (await import(
  new URL('../assets/json-text.js', import.meta.url).href
)) as {
  indentJson: (text: string) => string;
  membersOf: (text: string) => ReadonlyMap<string, string>;
  objectFault: (text: string) => string | undefined;
  visible: (text: string) => string;
};

/** JSON as people write it: with white space anywhere between its parts. */
const jsonTexts = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 1, '\t', ' \n '))
  .map(([value, space]) => JSON.stringify(value, undefined, space));

describe('JSON on the page', () => {
  it('is indented as JSON.stringify does', () => {
    fc.assert(
      fc.property(jsonTexts, (text) => {
        expect(indentJson(text)).toBe(JSON.stringify(JSON.parse(text), undefined, 2));
      }),
    );
  });

  it('keeps numbers, order and repeated keys as they came', () => {
    expect(indentJson('{"b":9007199254740993,"2":1.50,"1":-1e400,"b":[]}')).toBe(
      '{\n  "b": 9007199254740993,\n  "2": 1.50,\n  "1": -1e400,\n  "b": []\n}',
    );
  });

  it('does not grow without bounds when it is deep', () => {
    const depth = 100_000;
    const deep = '['.repeat(depth) + ']'.repeat(depth);
    expect(indentJson(deep).length).toBeLessThan(deep.length + 10_000);
    expect(membersOf(deep).get('0')).toBe(deep.slice(1, -1));
  });

  it('is taken apart into the texts of its members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), jsonTexts, (object, last) => {
        const pairs = [...Object.entries(object), ['', JSON.parse(last) as unknown] as const];
        const text = `{ ${pairs
          .map(([key, value]) => `${JSON.stringify(key)} :\n${JSON.stringify(value, undefined, 1)}`)
          .join(' , ')} }`;
        const expected = new Map(
          pairs.map(([key, value]) => [key, JSON.stringify(value, undefined, 1)]),
        );
        expect(new Map(membersOf(text))).toEqual(expected);
      }),
    );
  });

  it('is taken apart into the texts of its elements', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (array) => {
        const elements = array.map((value) => JSON.stringify(value, undefined, 1));
        expect([...membersOf(`[${elements.join(' , ')}]`).values()]).toEqual(elements);
      }),
    );
    expect(membersOf('"text"').size).toBe(0);
    expect(membersOf('').size).toBe(0);
    expect(membersOf(' { } ').size).toBe(0);
  });

  it('is no object for a reason', () => {
    expect(objectFault('{"a": 9007199254740993}')).toBeUndefined();
    expect(objectFault('{"a": ')).toMatch(/^This is not JSON: /);
    for (const text of ['[]', 'null', '1', '"a"']) {
      expect(objectFault(text)).toMatch(/^Arguments are one JSON object/);
    }
  });
});

describe('texts of others on the page', () => {
  it('hide nothing', () => {
    expect(visible('a\u0000\u001b[31m\u007f\r\nb\tc')).toBe('a␀␛[31m\\u007f\nb\tc');
    expect(visible('\u202eabc\u2066\u200f')).toBe('\\u202eabc\\u2066\\u200f');
    expect(visible('grüße 🎉 <b>')).toBe('grüße 🎉 <b>');
  });
});
