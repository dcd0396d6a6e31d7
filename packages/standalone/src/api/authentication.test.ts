import type { FastifyRequest } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import type { Identity } from '../users/identity.js';
import type { Users } from '../users/users.js';
import { readIdentity, requireIdentity } from './authentication.js';

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

describe('requireIdentity', () => {
  const requestOn = (socket: object, authorization: string): FastifyRequest =>
    ({ headers: { authorization }, raw: { socket } }) as unknown as FastifyRequest;
  const refused = expect.objectContaining({ code: 'WW_ERR_API_CREDENTIALS' }) as Error;

  it('asks again after a moment, and at once for other credentials or another connection', () => {
    const socket = {};
    const time = vi.spyOn(performance, 'now').mockReturnValue(1000);
    const asked = (): number => authenticate.mock.calls.length;
    authenticate.mockClear();
    const good = basic(guest.authKey);
    expect(requireIdentity(requestOn(socket, good), users)).toBe(guest);
    expect(requireIdentity(requestOn(socket, good), users)).toBe(guest);
    expect(asked()).toBe(1);
    expect(() => requireIdentity(requestOn(socket, basic('u-1:wrong')), users)).toThrow(refused);
    expect(asked()).toBe(2);
    requireIdentity(requestOn({}, good), users);
    expect(asked()).toBe(3);
    time.mockReturnValue(1100);
    authenticate.mockReturnValueOnce(undefined);
    expect(() => requireIdentity(requestOn(socket, good), users)).toThrow(refused);
  });
});
