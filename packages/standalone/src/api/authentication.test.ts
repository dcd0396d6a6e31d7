import { describe, expect, it, vi } from 'vitest';
import type { Identity } from '../users/identity.js';
import type { Users } from '../users/users.js';
import { readIdentity } from './authentication.js';

const guest: Identity = {
  subject: 'guest',
  namespace: 'guest',
  uuid: 'u-1',
  authKey: 'u-1:s3cret',
};

const authenticate = vi.fn<Users['authenticate']>((uuid, key) =>
  `${uuid}:${key}` === guest.authKey ? guest : undefined,
);
const users = { authenticate } as unknown as Users;
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('readIdentity', () => {
  it('finds who a key belongs to', () => {
    expect(readIdentity(basic('u-1:s3cret'), users)).toBe(guest);
  });

  it('takes the word Basic in any case', () => {
    expect(readIdentity(basic('u-1:s3cret').replace('Basic', 'bAsIc'), users)).toBe(guest);
  });

  it('splits at the first colon', () => {
    readIdentity(basic('u-1:a:b'), users);
    expect(authenticate).toHaveBeenLastCalledWith('u-1', 'a:b');
  });

  it.each([
    undefined,
    '',
    'Basic',
    'Basic ',
    'Basic ====',
    'Basic !!!!',
    'Bearer abc',
    basic('no colon'),
    basic(':no uuid'),
    basic('u-1:wrong'),
    `Basic ${'A'.repeat(100_000)}`,
  ])('knows nobody by %j', (authorization) => {
    expect(readIdentity(authorization, users)).toBeUndefined();
  });
});
