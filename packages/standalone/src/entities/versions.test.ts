import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { firstVersion, nextVersion, parseVersion } from './versions.js';

describe('parseVersion', () => {
  it.each([
    ['0.0.1', '0.0.1'],
    ['1', '1.0.0'],
    ['1.2', '1.2.0'],
    ['01.002.3', '1.2.3'],
    ['2147483647.0.0', '2147483647.0.0'],
  ])('reads %j as %j', (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });

  it.each([
    '',
    '0.0.0',
    '0',
    '1.2.3.4',
    '1..2',
    '1.2.',
    '-1.0.0',
    '1.x.0',
    '2147483648',
    1,
    {},
    ' 1',
  ])('refuses %j', (value) => {
    let code: unknown;
    try {
      parseVersion(value);
    } catch (error) {
      code = isRejection(error) ? error.code : error;
    }
    expect(code).toBe('WW_ERR_API_BODY');
  });
});

describe('nextVersion', () => {
  it('counts the last number up', () => {
    expect(nextVersion(firstVersion)).toBe('0.0.2');
    expect(nextVersion('3.4.9')).toBe('3.4.10');
  });
});
