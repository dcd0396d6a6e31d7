import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { readBoolean, readInteger, readPage, readText } from './query.js';

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isRejection(error)) return error.code;
    throw error;
  }
  return 'nothing was refused';
};

describe('readBoolean', () => {
  it.each(['true', 'yes', 'on', '1', 'TRUE', 'Yes'])('takes %s for true', (text) => {
    expect(readBoolean({ code: text }, 'code', false)).toBe(true);
  });

  it.each(['false', 'no', 'off', '0', 'False', 'OFF'])('takes %s for false', (text) => {
    expect(readBoolean({ code: text }, 'code', true)).toBe(false);
  });

  it.each(['', ' true', '2', 'maybe', 'null'])('refuses %j', (text) => {
    expect(codeOf(() => readBoolean({ code: text }, 'code', true))).toBe('WW_ERR_API_QUERY');
  });

  it('answers the default when there is none', () => {
    expect(readBoolean({}, 'code', true)).toBe(true);
    expect(readBoolean(undefined, 'code', false)).toBe(false);
  });

  it('names the parameter first and the reason on a second line', () => {
    expect(() => readBoolean({ code: 'x' }, 'code', true)).toThrow(
      /^The query parameter 'code' was malformed:\n"x" is neither/,
    );
  });
});

describe('readText', () => {
  it('refuses what is given twice', () => {
    expect(codeOf(() => readText({ name: ['a', 'b'] }, 'name'))).toBe('WW_ERR_API_QUERY');
  });

  it('finds nothing that an object merely inherits', () => {
    expect(readText({}, 'toString')).toBeUndefined();
    expect(readText({}, '__proto__')).toBeUndefined();
  });
});

describe('readInteger', () => {
  const bounds = { min: 0, max: 10 } as const;

  it.each([
    ['0', 0],
    ['10', 10],
    ['+7', 7],
    ['-0', 0],
  ])('reads %j', (text, value) => {
    expect(Object.is(readInteger({ n: text }, 'n', bounds, 3), value)).toBe(true);
  });

  it.each(['', '-1', '11', '1.0', '1e1', 'ten', ' 1', '99999999999999999999'])(
    'refuses %j',
    (text) => {
      expect(codeOf(() => readInteger({ n: text }, 'n', bounds, 3))).toBe('WW_ERR_API_QUERY');
    },
  );
});

describe('readPage', () => {
  it('asks for thirty items from the first by default', () => {
    expect(readPage({}, 200, 'actions')).toEqual({ limit: 30, skip: 0, count: false });
  });

  it('takes a limit of 0 for the most there may be (trap 7)', () => {
    expect(readPage({ limit: '0' }, 200, 'actions').limit).toBe(200);
  });

  it('refuses a limit beyond the most, which wsk sends as typed', () => {
    expect(codeOf(() => readPage({ limit: '300' }, 200, 'actions'))).toBe('WW_ERR_API_QUERY');
  });

  it('has no default beyond the most', () => {
    expect(readPage({}, 5, 'actions').limit).toBe(5);
  });
});
