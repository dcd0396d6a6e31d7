import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import { toPathText } from './entity-path.js';
import { parseActivationId, parseEntityName, parsePathText } from './names.js';

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return isRejection(error) ? error.code : 'no rejection';
  }
  return undefined;
}

describe('parseEntityName', () => {
  it.each([
    'a',
    '_',
    '0',
    'my action',
    'a@b.c&d-e',
    'ends-',
    'ends.',
    'ends&',
    '__proto__',
    'a'.repeat(256),
    'default',
  ])('takes %j', (name) => {
    expect(parseEntityName(name)).toBe(name);
  });

  it.each([
    '',
    ' ',
    ' a',
    'a ',
    '.a',
    '-a',
    '@a',
    '&a',
    '..',
    'a/b',
    'a\n',
    'a\u0000',
    'ä',
    'a%20b',
    'a?b',
    'a'.repeat(257),
  ])('refuses %j', (name) => {
    expect(codeOf(() => parseEntityName(name))).toBe('WW_ERR_API_NAME');
  });

  it('names the field and the length of one that is too long', () => {
    expect(() => parseEntityName('a'.repeat(300), 'namespace')).toThrow(
      /^Namespace longer than allowed: 300 > 256\./,
    );
  });
});

describe('parseActivationId', () => {
  it('takes 32 lower-case hex digits', () => {
    expect(parseActivationId('0123456789abcdef0123456789abcdef')).toHaveLength(32);
  });

  it.each([
    '',
    '0123456789ABCDEF0123456789ABCDEF',
    '0123456789abcdef0123456789abcde',
    '0123456789abcdef0123456789abcdef0',
    '01234567-89ab-cdef-0123-456789abcdef',
    '0123456789abcdef0123456789abcde\n',
  ])('refuses %j', (id) => {
    expect(codeOf(() => parseActivationId(id))).toBe('WW_ERR_API_ACTIVATION_ID');
  });
});

describe('parsePathText', () => {
  it.each([
    ['/_/add', 'guest/add'],
    ['_/add', 'guest/add'],
    ['/_/math/add', 'guest/math/add'],
    ['/other/math/add', 'other/math/add'],
    ['other/add', 'other/add'],
    ['/a@b.c/my action', 'a@b.c/my action'],
    // Only the first segment stands for the caller.
    ['/_/_/_', 'guest/_/_'],
  ])('reads %j as %j', (text, path) => {
    expect(toPathText(parsePathText(text, 'guest'))).toBe(path);
  });

  it.each([
    '',
    '/',
    'add',
    '/add',
    '//add',
    '/_/',
    '/_/add/',
    '/_//add',
    '/_/a/b/c',
    '/_/a/b/c/d/e',
    '/_/a b ',
    '/ä/add',
  ])('refuses %j', (text) => {
    expect(codeOf(() => parsePathText(text, 'guest'))).toBe('WW_ERR_API_NAME');
  });

  it('reads what toPathText writes', () => {
    const name = fc.stringMatching(/^\w[\w@ .&-]{0,20}[\w@.&-]$/).filter((text) => text !== '_');
    fc.assert(
      fc.property(name, fc.option(name, { nil: undefined }), name, (namespace, inPackage, last) => {
        const path = { namespace, package: inPackage, name: last };
        expect(parsePathText(`/${toPathText(path)}`, 'guest')).toEqual(path);
      }),
    );
  });
});
