import { describe, expect, it } from 'vitest';
import { isJsonType, isTextType, parseMediaType, toMediaTypeText } from './media-types.js';

function parsed(text: string): string | undefined {
  const type = parseMediaType(text);
  return type === undefined ? undefined : toMediaTypeText(type);
}

describe('parseMediaType', () => {
  it.each([
    ['text/html', 'text/html'],
    ['Text/HTML; Charset=UTF-8', 'text/html; charset=UTF-8'],
    ['  text/html ;charset=utf-8 ; a=b', 'text/html; charset=utf-8; a=b'],
    ['text/html;', 'text/html'],
    ['text/html; ; charset=x', 'text/html; charset=x'],
    ['text/html; charset="iso-8859-1"', 'text/html; charset=iso-8859-1'],
    ['multipart/form-data; boundary="a \\"b; c"', 'multipart/form-data; boundary="a \\"b; c"'],
    ['text/html; charset=a; charset=b', 'text/html; charset=a'],
    ['application/vnd.api+json', 'application/vnd.api+json'],
  ])('reads %s', (text, expected) => {
    expect(parsed(text)).toBe(expected);
  });

  it.each([
    '',
    'html',
    'text/',
    '/html',
    'text/html, text/plain',
    'text /html',
    'text/html charset=utf-8',
    'text/html; charset',
    'text/html; charset="open',
    'text/html; =x',
    'text/hï',
    'text/html\r\nx: y',
  ])('refuses %j', (text) => {
    expect(parseMediaType(text)).toBeUndefined();
  });

  it('takes time in proportion to a long header', () => {
    expect(parseMediaType(`text/html${';'.repeat(60_000)}`)?.essence).toBe('text/html');
    expect(parseMediaType(`text/html; a="${'\\"'.repeat(30_000)}`)).toBeUndefined();
    expect(parseMediaType(`text/html${' '.repeat(60_000)}x`)).toBeUndefined();
  });
});

describe('isTextType', () => {
  it.each([
    ['text/plain', true],
    ['text/x-anything', true],
    ['application/json', true],
    ['application/ld+json', true],
    ['application/xml', true],
    ['application/atom+xml', true],
    ['application/javascript', true],
    ['application/x-www-form-urlencoded', true],
    ['image/svg+xml', false],
    ['image/png', false],
    ['multipart/form-data', false],
    ['application/octet-stream', false],
    ['application/x-unheard-of', false],
  ])('%s: %s', (text, expected) => {
    const type = parseMediaType(text);
    expect(type && isTextType(type)).toBe(expected);
  });
});

describe('isJsonType', () => {
  it('takes types that end in +json, and no others that look like it', () => {
    const types = [
      'application/json',
      'application/problem+json',
      'text/json',
      'application/jsonp',
    ];
    expect(
      types.map((text) => {
        const type = parseMediaType(text);
        return type && isJsonType(type);
      }),
    ).toEqual([true, true, false, false]);
  });
});
