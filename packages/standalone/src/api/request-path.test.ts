import { describe, expect, it } from 'vitest';
import type { Identity } from '../users/identity.js';
import { decodeSegment, readEntityPath, readNamespace } from './request-path.js';

const identity: Identity = { subject: 'guest', namespace: 'guest', uuid: 'u', authKey: 'u:k' };

describe('readNamespace', () => {
  it('takes _ for the namespace of the caller', () => {
    expect(readNamespace({ namespace: '_' }, identity)).toBe('guest');
  });

  it('takes any other name as it is', () => {
    expect(readNamespace({ namespace: 'whisk.system' }, identity)).toBe('whisk.system');
  });

  it('refuses a name with characters it may not have', () => {
    expect(() => readNamespace({ namespace: 'a/b' }, identity)).toThrow(
      expect.objectContaining({ code: 'WW_ERR_API_NAME' }),
    );
  });
});

describe('readEntityPath', () => {
  it('knows a package only where the route has one', () => {
    expect(readEntityPath({ namespace: '_', name: 'add' }, identity)).toEqual({
      namespace: 'guest',
      package: undefined,
      name: 'add',
    });
    expect(readEntityPath({ namespace: '_', package: 'math', name: 'add' }, identity)).toEqual({
      namespace: 'guest',
      package: 'math',
      name: 'add',
    });
  });

  it.each(['', ' a', '.a', '-a', 'a ', 'a?b', 'a%b', 'a'.repeat(257), 'é'])(
    'refuses the name %j',
    (name) => {
      expect(() => readEntityPath({ namespace: '_', name }, identity)).toThrow(
        expect.objectContaining({ code: 'WW_ERR_API_NAME' }),
      );
    },
  );
});

describe('decodeSegment', () => {
  it.each([
    ['my%20action', 'my action'],
    ['a%2Fb', 'a/b'],
    ['100%25', '100%'],
    ['%252F', '%2F'],
  ])('decodes %s once', (encoded, decoded) => {
    expect(decodeSegment(encoded)).toBe(decoded);
  });

  it.each(['%', '%zz', '%c3%28', 'a%2'])('refuses %s', (segment) => {
    expect(() => decodeSegment(segment)).toThrow(
      expect.objectContaining({ code: 'WW_ERR_API_REQUEST' }),
    );
  });
});
