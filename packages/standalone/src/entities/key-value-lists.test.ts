import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { parseExactJson } from './exact-json.js';
import { parseKeyValues, toKeyValuesText } from './key-value-lists.js';

const bytesMax = 1024;
const parse = (text: string, field: 'parameters' | 'annotations' = 'parameters') =>
  parseKeyValues(parseExactJson(Buffer.from(text)), field, bytesMax);

function codeOf(text: string): string | undefined {
  try {
    parse(text);
  } catch (error) {
    return isRejection(error) ? error.code : 'no rejection';
  }
  return undefined;
}

describe('parseKeyValues', () => {
  it('carries values as they were written', () => {
    const text =
      '[{"key":"a","value":9007199254740993},{"key":"b","value":{"c":[1.0,-0,1e400,"x",null]}},{"key":"d","value":null}]';
    expect(toKeyValuesText(parse(text))).toBe(text);
  });

  it('lets the last value of a key count', () => {
    expect(parse('[{"key":"a","value":1},{"key":"b","value":2},{"key":"a","value":3}]')).toEqual([
      { key: 'a', json: '3' },
      { key: 'b', json: '2' },
    ]);
  });

  it('keeps which parameters are for the environment, and says it of nothing else', () => {
    const text =
      '[{"key":"a","value":1,"init":true},{"key":"b","value":2,"init":false},{"key":"c","value":3,"init":null}]';
    expect(parse(text)).toEqual([
      { key: 'a', json: '1', init: true },
      { key: 'b', json: '2' },
      { key: 'c', json: '3' },
    ]);
    expect(parse(text, 'annotations')[0]).toEqual({ key: 'a', json: '1' });
    expect(toKeyValuesText(parse(text))).toContain('"value":1,"init":true}');
  });

  it('takes names of JavaScript for keys', () => {
    const text = '[{"key":"__proto__","value":{"__proto__":1}},{"key":"","value":"constructor"}]';
    expect(toKeyValuesText(parse(text))).toBe(text);
  });

  it.each(['null', '[]'])('takes %s for none', (text) => {
    expect(parse(text)).toEqual([]);
  });

  it.each([
    '{}',
    '"a"',
    '1',
    '1.0',
    '[null]',
    '[1.0]',
    '[[]]',
    '[{}]',
    '[{"value":1}]',
    '[{"key":1,"value":1}]',
    '[{"key":null,"value":1}]',
    '[{"key":"a"}]',
    '[{"__proto__":{"key":"a"},"value":1}]',
    '[{"key":"a","value":1,"init":"true"}]',
  ])('refuses %s', (text) => {
    expect(codeOf(text)).toBe('WW_ERR_API_BODY');
  });

  it('refuses more bytes than are allowed, counted of keys and values in UTF-8', () => {
    const text = (length: number) => `[{"key":"ä","value":"${'x'.repeat(length)}"}]`;
    expect(codeOf(text(bytesMax - 4))).toBeUndefined();
    expect(codeOf(text(bytesMax - 3))).toBe('WW_ERR_API_TOO_LARGE');
  });

  it('reads what it writes', () => {
    const entry = fc.record({ key: fc.string({ maxLength: 8 }), json: fc.json({ maxDepth: 1 }) });
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { maxLength: 3, selector: ({ key }) => key }),
        (entries) => {
          // As compact as JSON.stringify writes it.
          const compact = entries.map(({ key, json }) => ({
            key,
            json: JSON.stringify(JSON.parse(json)),
          }));
          const value = parseExactJson(Buffer.from(toKeyValuesText(compact)));
          expect(parseKeyValues(value, 'annotations', 1_000_000)).toEqual(compact);
        },
      ),
    );
  });
});
