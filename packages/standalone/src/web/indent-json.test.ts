import { assert, json, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indentJson } from './indent-json.js';

describe('indentJson', () => {
  it('lays objects and arrays out over lines', () => {
    expect(indentJson('{"a":[1,{"b":"c"}],"d":{},"e":[ ]}', 1000)).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": "c"\n    }\n  ],\n  "d": {},\n  "e": []\n}',
    );
  });

  it('keeps numbers and strings as they were written', () => {
    expect(indentJson('[ 9007199254740993 ,1.0, "a\\"{,\\u00e9:" ]', 1000)).toBe(
      '[\n  9007199254740993,\n  1.0,\n  "a\\"{,\\u00e9:"\n]',
    );
  });

  it('leaves a text alone that would become too long', () => {
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    expect(indentJson(deep, 4 * deep.length)).toBe(deep);
  });

  it('lays out as JSON.stringify does', () => {
    assert(
      property(json(), (text) => {
        const value: unknown = JSON.parse(text);
        const compact = JSON.stringify(value);
        expect(indentJson(compact, 1_000_000)).toBe(JSON.stringify(value, undefined, 2));
      }),
    );
  });
});
