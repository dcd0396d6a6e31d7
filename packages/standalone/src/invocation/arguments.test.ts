import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonTextToString, toJsonText, type JsonText } from '@wasmwhisk/json-text';
import type { KeyValue } from '../entities/key-value.js';
import { membersOf, mergeArguments, namesOf, toInitEnvironment } from './arguments.js';

function entries(object: object): readonly KeyValue[] {
  return Object.entries(object).map(([key, value]) => ({ key, json: JSON.stringify(value) }));
}

function merge(parameters: readonly KeyValue[], payload: JsonText): string {
  return jsonTextToString(mergeArguments(parameters, payload));
}

/** In a buffer of its own. */
function toBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text));
}

describe('mergeArguments', () => {
  it('passes the payload as it is when there are no parameters', () => {
    const payload = toJsonText(Buffer.from('{"a" : 1}'));
    expect(mergeArguments([], payload)).toBe(payload);
    expect(mergeArguments([{ key: 'a', json: '1', init: true }], payload)).toBe(payload);
    expect(mergeArguments([{ key: 'a', json: '2' }], payload)).toBe(payload);
  });

  it('keeps every value as it was written', () => {
    expect(merge([{ key: 'big', json: '9007199254740993' }], '{"more":1.0}')).toBe(
      '{"big":9007199254740993,"more":1.0}',
    );
  });

  it('leaves a list alone', () => {
    expect(merge(entries({ a: 1 }), '[1]')).toBe('[1]');
  });

  it('gives what spreading objects gives, whatever the names', () => {
    const names = fc.oneof(fc.constantFrom('a', 'b', '__proto__', '"', '\\', 'ä'), fc.string());
    const object = fc.array(fc.tuple(names, fc.jsonValue()), { maxLength: 8 });
    fc.assert(
      fc.property(object, object, fc.boolean(), (parameters, payload, asBytes) => {
        const given = new Map(parameters);
        const sent = new Map(payload);
        const list = [...given].map(([key, value]) => ({ key, json: JSON.stringify(value) }));
        const members = [...sent].map(
          ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
        );
        const text = `{${members.join(',')}}`;
        const merged = merge(list, asBytes ? toBytes(text) : text);
        const expected = new Map([...given, ...sent]);
        expect(namesOf(merged).toSorted()).toEqual([...expected.keys()].toSorted());
        const seen = new Map(membersOf(merged).map(({ key, json }) => [key, json]));
        for (const [key, value] of expected) expect(seen.get(key)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('takes many arguments over many parameters', () => {
    const names = Array.from({ length: 50_000 }, (_, index) => `p${String(index)}`);
    const parameters = names.map((key) => ({ key, json: '1' }));
    const payload = toBytes(
      `{${names
        .slice(1)
        .map((name) => `"${name}":2`)
        .join(',')}}`,
    );
    const merged = JSON.parse(merge(parameters, payload)) as Record<string, number>;
    expect(merged['p0']).toBe(1);
    expect(merged['p49999']).toBe(2);
  });

  it('takes payloads longer than a string should be', () => {
    const long = 'x'.repeat(100_000);
    const merged = mergeArguments(entries({ a: 1 }), toBytes(`{"long":"${long}"}`));
    expect(merged).toBeInstanceOf(Uint8Array);
    expect(jsonTextToString(merged)).toBe(`{"a":1,"long":"${long}"}`);
  });
});

describe('toInitEnvironment', () => {
  it('takes what is marked, texts without their quotes', () => {
    expect(
      toInitEnvironment([
        { key: 'text', json: String.raw`"a\nb"`, init: true },
        { key: 'number', json: '1.50', init: true },
        { key: 'nothing', json: 'null', init: true },
        { key: 'list', json: '[1, 2]', init: true },
        { key: 'other', json: '1' },
      ]),
    ).toEqual([
      ['text', 'a\nb'],
      ['number', '1.50'],
      ['nothing', ''],
      ['list', '[1, 2]'],
    ]);
  });
});

describe('membersOf', () => {
  it('has each name once, with its last value, and none of a list', () => {
    expect(membersOf('{"a":1,"b":2,"a":3}')).toEqual([
      { key: 'a', json: '3' },
      { key: 'b', json: '2' },
    ]);
    expect(membersOf(String.raw`{"\u0061":1}`)).toEqual([{ key: 'a', json: '1' }]);
    expect(membersOf('[{"a":1}]')).toEqual([]);
  });
});
