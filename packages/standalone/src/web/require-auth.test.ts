import { describe, expect, it } from 'vitest';
import { isRejection } from '../rejections.js';
import type { Identity } from '../users/identity.js';
import { assertWebAuth } from './require-auth.js';

const caller: Identity = { subject: 'a', namespace: 'a', uuid: 'u', authKey: 'u:k' };

function codeOf(
  json: string | undefined,
  headers: Record<string, string> = {},
  identity?: Identity,
): string {
  const annotations = json === undefined ? [] : [{ key: 'require-whisk-auth', json }];
  try {
    assertWebAuth(annotations, new Map(Object.entries(headers)), identity);
    return 'allowed';
  } catch (error) {
    if (isRejection(error)) return error.code;
    throw error;
  }
}

describe('assertWebAuth', () => {
  it('lets everybody call without the annotation, or with false', () => {
    expect([codeOf(undefined), codeOf('false')]).toEqual(['allowed', 'allowed']);
  });

  it('asks for credentials of anybody when it is true', () => {
    expect(codeOf('true')).toBe('WW_ERR_API_NO_CREDENTIALS');
    expect(codeOf('true', { authorization: 'Basic eDp5' })).toBe('WW_ERR_API_CREDENTIALS');
    expect(codeOf('true', { 'x-require-whisk-auth': 'true' })).toBe('WW_ERR_API_NO_CREDENTIALS');
    expect(codeOf('true', {}, caller)).toBe('allowed');
  });

  it('asks for the secret when it is a string', () => {
    expect(codeOf('"s3cret"', { 'x-require-whisk-auth': 's3cret' })).toBe('allowed');
    expect(codeOf('"s3cret"', { 'x-require-whisk-auth': 's3cre' })).toBe('WW_ERR_API_CREDENTIALS');
    expect(codeOf('"s3cret"', {}, caller)).toBe('WW_ERR_API_NO_CREDENTIALS');
    expect(codeOf('"true"', { 'x-require-whisk-auth': 'true' })).toBe('allowed');
    expect(codeOf('""')).toBe('WW_ERR_API_NO_CREDENTIALS');
  });

  it('takes a number as it is written, however long', () => {
    expect(codeOf('9007199254740993', { 'x-require-whisk-auth': '9007199254740993' })).toBe(
      'allowed',
    );
    expect(codeOf('9007199254740993', { 'x-require-whisk-auth': '9007199254740992' })).toBe(
      'WW_ERR_API_CREDENTIALS',
    );
  });

  it('lets nobody call when it is something else', () => {
    for (const json of ['null', '{}', '["a"]'])
      expect(codeOf(json, { 'x-require-whisk-auth': json }, caller)).toBe('WW_ERR_API_CREDENTIALS');
  });
});
