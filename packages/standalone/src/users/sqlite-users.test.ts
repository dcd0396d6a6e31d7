import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openMemory } from '../storage/open-data.js';
import type { Transactions } from '../storage/transactions.js';
import type { SqliteUsers } from './sqlite-users.js';
import { UserKeys } from './user-keys.js';

function open(): { users: SqliteUsers; transactions: Transactions } {
  const { users, transactions, close } = openMemory();
  onTestFinished(close);
  return { users, transactions };
}

const split = (authKey: string): [string, string] => {
  const colon = authKey.indexOf(':');
  return [authKey.slice(0, colon), authKey.slice(colon + 1)];
};

const uuid = '01234567-89ab-cdef-0123-456789abcdef';
const key = 'k'.repeat(64);

describe('the published users', () => {
  test.each([
    [
      'guest',
      '23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP',
    ],
    [
      'whisk.system',
      '789c46b1-71f6-4ed5-8c54-816aa4f8c502:abczO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP',
    ],
  ])('are there from the start: %s', (subject, authKey) => {
    const { users } = open();
    const identity = { subject, namespace: subject, uuid: authKey.slice(0, 36), authKey };
    expect(users.authenticate(...split(authKey))).toEqual(identity);
    expect(users.find(subject)).toEqual(identity);
    expect(users.ownerOf(subject)).toEqual(identity);
  });
});

describe('users', () => {
  test('are created with a random key', () => {
    const { users } = open();
    const one = users.create({ subject: 'somebody' });
    const other = users.create({ subject: 'other', namespace: 'another' });
    expect(one.authKey).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[A-Za-z0-9]{64}$/);
    expect(one.authKey.slice(37)).not.toBe(other.authKey.slice(37));
    expect(users.authenticate(...split(one.authKey))).toEqual(one);
    expect(users.ownerOf('another')).toEqual(other);
    expect(users.ownerOf('other')).toBeUndefined();
    expect(users.list().map(({ subject }) => subject)).toEqual([
      'guest',
      'other',
      'somebody',
      'whisk.system',
    ]);
  });

  test('are created with a key that is given', () => {
    const { users } = open();
    const user = users.create({ subject: 'somebody', authKey: `${uuid}:${key}` });
    expect(user).toEqual({
      subject: 'somebody',
      namespace: 'somebody',
      uuid,
      authKey: `${uuid}:${key}`,
    });
    expect(users.authenticate(uuid, key)).toEqual(user);
  });

  test.each([
    [{ subject: 'four' }, 'four'],
    [{ subject: 'x'.repeat(257) }, '257'],
    [{ subject: ' blank' }, 'blank'],
    [{ subject: 'a/b/c' }, 'a/b/c'],
    [{ subject: 'somebody', namespace: '_' }, '_'],
    [{ subject: 'somebody', namespace: '' }, 'namespace'],
    [{ subject: 'somebody', authKey: key }, 'UUID'],
    [{ subject: 'somebody', authKey: `no-uuid:${key}` }, 'UUID'],
    [{ subject: 'somebody', authKey: `${uuid}:${'k'.repeat(63)}` }, '64'],
    [{ subject: 'somebody', authKey: `${uuid}:${'k'.repeat(257)}` }, '64'],
    [{ subject: 'somebody', authKey: `${uuid}:${'k'.repeat(63)}:` }, '64'],
  ])('are refused when something is wrong: %o', (request, named) => {
    const { users } = open();
    expect(() => users.create(request)).toThrow(
      expect.objectContaining({ code: 'WW_ERR_API_USER', message: expect.stringContaining(named) }),
    );
    expect(users.list()).toHaveLength(2);
  });

  test('share neither subject, namespace nor UUID', () => {
    const { users } = open();
    users.create({ subject: 'somebody', namespace: 'space', authKey: `${uuid}:${key}` });
    for (const request of [
      { subject: 'somebody', namespace: 'elsewhere' },
      { subject: 'another', namespace: 'space' },
      { subject: 'space' },
      { subject: 'another', authKey: `${uuid}:${'j'.repeat(64)}` },
    ])
      expect(() => users.create(request)).toThrow(
        expect.objectContaining({ code: 'WW_ERR_API_EXISTS' }),
      );
  });

  test('that are removed are gone, and may come back with another key', () => {
    const { users } = open();
    const first = users.create({ subject: 'somebody' });
    expect(users.ownerOf('somebody')).toEqual(first);
    expect(users.remove('somebody')).toBe(true);
    expect(users.remove('somebody')).toBe(false);
    expect(users.authenticate(...split(first.authKey))).toBeUndefined();
    const second = users.create({ subject: 'somebody' });
    expect(users.ownerOf('somebody')).toEqual(second);
    expect(users.authenticate(...split(first.authKey))).toBeUndefined();
  });
});

/** Not made within a test: the first time takes a second or more. */
const anyText = fc.string({ unit: 'binary' });

describe('a wrong key', () => {
  const wrong: readonly [string, string][] = [
    [uuid, key],
    ['23bc46b1-71f6-4ed5-8c54-816aa4f8c502', key],
    ['23bc46b1-71f6-4ed5-8c54-816aa4f8c502', ''],
    ['', ''],
    ['\0', '\ud800'],
    ['x'.repeat(1_000_000), 'y'],
    ['x', 'y'.repeat(1_000_000)],
  ];

  test('costs what a right one does: one hash of bounded length and one search', () => {
    const { users, transactions } = open();
    const digest = vi.spyOn(UserKeys.prototype, 'digest');
    const guest = users.find('guest');
    const right = split(guest?.authKey ?? '');
    for (const [name, word] of [right, ...wrong]) {
      digest.mockClear();
      const found = users.authenticate(name, word);
      expect(found?.subject).toBe(name === right[0] && word === right[1] ? 'guest' : undefined);
      expect(digest).toHaveBeenCalledTimes(1);
      expect(digest.mock.calls[0]?.[0].length).toBeLessThanOrEqual(293);
    }
    const plan = transactions.database
      .prepare('EXPLAIN QUERY PLAN SELECT subject FROM users WHERE digest = ?')
      .all(new Uint8Array());
    expect(JSON.stringify(plan)).toContain('SEARCH users USING INDEX');
  });

  test('never belongs to anybody', () => {
    const { users } = open();
    fc.assert(
      fc.property(anyText, anyText, (name, word) => {
        expect(users.authenticate(name, word)).toBeUndefined();
      }),
    );
  });
});

describe('the database alone', () => {
  test('gives away neither keys nor plain hashes of them', () => {
    const { users, transactions } = open();
    const { authKey } = users.create({ subject: 'somebody', authKey: `${uuid}:${key}` });
    const row = transactions.database
      .prepare("SELECT * FROM users WHERE subject = 'somebody'")
      .get();
    const { digest, sealed_key: sealed } = row ?? {};
    if (!(sealed instanceof Uint8Array) || !(digest instanceof Uint8Array))
      throw new Error('The columns hold bytes.');
    expect(Buffer.from(sealed).includes(key.slice(0, 8))).toBe(false);
    expect(Buffer.from(digest)).not.toEqual(createHmac('sha256', '').update(authKey).digest());
  });

  test('cannot be changed so that one user has the key of another', () => {
    const { users, transactions } = open();
    transactions.database.exec(`UPDATE users SET sealed_key =
      (SELECT sealed_key FROM users WHERE subject = 'whisk.system') WHERE subject = 'guest'`);
    expect(() => users.find('guest')).toThrow(
      expect.objectContaining({
        code: 'WW_ERR_STORAGE_UNREADABLE',
        message: expect.stringContaining('guest'),
      }),
    );
  });
});

test('sealed keys open under the same secret and for the same owner only, and unchanged', () => {
  const owner = { subject: 'guest', namespace: 'guest', uuid };
  const keys = new UserKeys(Buffer.alloc(32, 1));
  const sealed = keys.seal(key, owner);
  expect(new UserKeys(Buffer.alloc(32, 1)).unseal(sealed, owner)).toBe(key);
  expect(new UserKeys(Buffer.alloc(32, 2)).unseal(sealed, owner)).toBeUndefined();
  expect(keys.unseal(sealed, { ...owner, namespace: 'other' })).toBeUndefined();
  expect(keys.unseal(sealed.subarray(0, 20), owner)).toBeUndefined();
  expect(keys.seal(key, owner)).not.toEqual(sealed);
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Uint8Array.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(keys.unseal(changed, owner)).toBeUndefined();
  }
});
