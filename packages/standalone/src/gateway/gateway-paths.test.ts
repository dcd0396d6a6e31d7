import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { fitOf, joinPaths, parseApiPath, segmentsOf } from './gateway-paths.js';

describe('parseApiPath', () => {
  it.each([
    ['/', '/'],
    ['/hello', '/hello'],
    ['/hello/', '/hello'],
    ['/hello/{id}/page', '/hello/{id}/page'],
    ['/v1.0/my-api/~me', '/v1.0/my-api/~me'],
  ])('takes %s', (text, expected) => {
    expect(parseApiPath(text, 'path')).toBe(expected);
  });

  it.each([
    '',
    'hello',
    '/a?b',
    '/a#b',
    '/a%20b',
    '/a\\b',
    '/a\r\nb',
    '/é',
    '/{id',
    '/id}',
    '/{}',
    '/x{id}',
    '/{a}{b}',
    '/a/../b',
    '/./a',
    '/' + 'a'.repeat(1024),
  ])('refuses %j', (text) => {
    let code: string | undefined;
    try {
      parseApiPath(text, 'path');
    } catch (error) {
      if (isRejection(error)) code = error.code;
    }
    expect(code).toBe('WW_ERR_API_GATEWAY');
  });
});

describe('joinPaths', () => {
  it('adds nothing for the root', () => {
    expect([
      joinPaths('/', '/a'),
      joinPaths('/b', '/a'),
      joinPaths('/b', '/'),
      joinPaths('/', '/'),
    ]).toEqual(['/a', '/b/a', '/b', '/']);
  });
});

describe('fitOf', () => {
  const fit = (template: string, path: string): string | undefined =>
    fitOf(segmentsOf(template), segmentsOf(path));

  it.each([
    ['/', '/', ''],
    ['/a/{id}', '/a/7', 'ab'],
    ['/a/{id}', '/a/7/', 'ab'],
    ['/{x}/{y}', '/a/b', 'bb'],
    ['/a', '/b', undefined],
    ['/a', '/a/b', undefined],
    ['/a/{id}', '/a', undefined],
    ['/a/{id}', '/a//', undefined],
    ['/a/{id}', '/a/{id}', 'aa'],
  ])('%s of %s: %s', (template, path, expected) => {
    expect(fit(template, path)).toBe(expected);
  });

  it('sorts what says more before what says less', () => {
    const fits = [fit('/{x}/b', '/a/b'), fit('/a/{y}', '/a/b'), fit('/a/b', '/a/b')];
    expect(fits.toSorted()).toEqual(['aa', 'ab', 'ba']);
  });
});
