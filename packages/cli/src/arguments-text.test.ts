import fc from 'fast-check';
import { jsonTextToString } from '@wasmwhisk/json-text';
import { describe, expect, it } from 'vitest';
import { buildArguments, toValueText } from './arguments-text.js';

function build(file: string | undefined, ...pairs: (readonly [string, string])[]): string {
  return jsonTextToString(
    buildArguments(file === undefined ? undefined : Buffer.from(file), pairs),
  );
}

function codeOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  return 'nothing was thrown';
}

describe('buildArguments', () => {
  it('gives an empty object for nothing', () => {
    expect(build(undefined)).toBe('{}');
  });

  it('takes JSON as such and other words as strings', () => {
    expect(
      build(undefined, ['a', '1'], ['b', 'two'], ['c', '"3"'], ['d', '[1, 2]'], ['e', '']),
    ).toBe('{"a":1,"b":"two","c":"3","d":[1, 2],"e":""}');
  });

  it('keeps numbers as they were written', () => {
    expect(build('{"a": 9007199254740993, "b": 1.0}', ['c', '1e400'])).toBe(
      '{"a":9007199254740993,"b":1.0,"c":1e400}',
    );
  });

  it('lets -p win over the file, and the last -p over those before', () => {
    expect(build('{"a":1,"b":2}', ['a', '3'], ['a', '4'])).toBe('{"a":4,"b":2}');
  });

  it('passes a file on as it is when there is no -p', () => {
    expect(build(' {"a":1,"a":2} \n')).toBe('{"a":1,"a":2}');
    expect(build('[1,2]')).toBe('[1,2]');
  });

  it('names what cannot be arguments', () => {
    expect(codeOf(() => build('"text"'))).toBe('WW_ERR_CLI_FILE_INVALID');
    expect(codeOf(() => build('{"a":'))).toBe('WW_ERR_CLI_FILE_INVALID');
    expect(codeOf(() => build(''))).toBe('WW_ERR_CLI_FILE_INVALID');
    expect(codeOf(() => build('[1]', ['a', '1']))).toBe('WW_ERR_CLI_USAGE');
  });

  it('makes one JSON object of any names and words', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) => {
        const value = JSON.parse(build(undefined, ...pairs)) as object;
        expect(new Set(Object.keys(value))).toEqual(new Set(pairs.map(([name]) => name)));
      }),
    );
  });
});

describe('toValueText', () => {
  it('is always one JSON value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (word) => {
        expect(() => JSON.parse(toValueText(word)) as unknown).not.toThrow();
      }),
    );
  });
});
