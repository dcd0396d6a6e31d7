import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { action, packageSample, rule, trigger } from '../../test/storage-samples.js';
import type { Entity } from '../entities/entity.js';
import type { KeyValue } from '../entities/key-value.js';
import { listParameters, toListQuery } from './entity-queries.js';
import { openMemory } from './open-data.js';
import { SqliteCodeStore } from './sqlite-code-store.js';
import { SqliteEntityStore } from './sqlite-entity-store.js';
import type { EntityListQuery } from './stores.js';
import type { Transactions } from './transactions.js';

interface Opened {
  readonly transactions: Transactions;
  readonly codes: SqliteCodeStore;
  readonly errors: unknown[];
  readonly entities: SqliteEntityStore;
  /** A store with an empty cache over the same tables. */
  readonly reopen: () => SqliteEntityStore;
}

function open(limits = { entitiesMax: 100, charactersMax: 1_000_000 }): Opened {
  const { transactions, close } = openMemory();
  const errors: unknown[] = [];
  onTestFinished(() => {
    codes.close();
    close();
  });
  const codes = new SqliteCodeStore(transactions, {
    graceMs,
    graceBytesMax,
    onError: (error) => errors.push(error),
  });
  const create = (): SqliteEntityStore => new SqliteEntityStore(transactions, codes, limits);
  return { transactions, codes, errors, entities: create(), reopen: create };
}

const graceMs = 1000;
const graceBytesMax = 1000;
const page = { skip: 0, limit: 100 };
const names = (entities: readonly Entity[]): readonly string[] =>
  entities.map(({ path }) => path.name);

/** Not made within a test: the first time takes a second or more. */
const anyText = fc.string({ unit: 'binary' });

describe('entities', () => {
  test('of every type come back as they were, members that are undefined included', () => {
    const { entities, reopen } = open();
    const sequence: Entity = {
      ...action({ name: 'sequence' }),
      exec: { type: 'sequence', components: [action().path, action({ package: 'math' }).path] },
    };
    const all: readonly Entity[] = [
      action(),
      action({ package: 'math' }),
      sequence,
      packageSample('math', { publish: true }),
      packageSample('bound', { binding: { namespace: 'other', name: 'math' } }),
      trigger(),
      rule('on-tick', { status: 'inactive', linked: false }),
    ];
    for (const entity of all) entities.put(entity);
    const cold = reopen();
    for (const entity of all) {
      expect(cold.find(entity.path)).toStrictEqual(entity);
      expect(entities.find(entity.path)).toStrictEqual(entity);
    }
  });

  test('are frozen, whether just written or read', () => {
    const { entities, reopen } = open();
    entities.put(action());
    for (const store of [entities, reopen()]) {
      const found = store.find(action().path);
      expect(Object.isFrozen(found)).toBe(true);
      expect(found?.type === 'action' && Object.isFrozen(found.parameters[0])).toBe(true);
    }
  });

  test('with any keys, values and texts survive', { timeout: 60_000 }, () => {
    const { entities, reopen } = open();
    const keys = fc.oneof(
      anyText,
      fc.constantFrom('__proto__', 'constructor', 'toJSON', '', '\0', '\ud800', '"', '\u2028'),
    );
    const keyValues: fc.Arbitrary<readonly KeyValue[]> = fc.array(
      fc.record(
        { key: keys, json: fc.json(), init: fc.constant(true as const) },
        { requiredKeys: ['key', 'json'], noNullPrototype: true },
      ),
    );
    const segments = fc.stringMatching(/^(?:\w|\w[\w@ .&-]{0,20}[\w@.&-])$/);
    fc.assert(
      fc.property(
        fc.record({
          name: fc.oneof(segments, fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty')),
          inPackage: fc.option(fc.oneof(segments, fc.constant('__proto__')), { nil: undefined }),
          parameters: keyValues,
          annotations: keyValues,
          main: fc.option(anyText, { nil: undefined }),
          updatedEpochMs: fc.nat(2 ** 45),
        }),
        ({ name, inPackage, parameters, annotations, main, updatedEpochMs }) => {
          const sample = action({ name, package: inPackage, updatedEpochMs });
          if (sample.exec.type !== 'code') throw new Error('The sample has code.');
          const entity = { ...sample, exec: { ...sample.exec, main }, parameters, annotations };
          entities.put(entity);
          expect(entities.find(entity.path)).toStrictEqual(entity);
          expect(reopen().find(entity.path)).toStrictEqual(entity);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are found in memory once they were found', () => {
    const { entities, reopen, transactions } = open();
    entities.put(action());
    const cold = reopen();
    cold.find(action().path);
    transactions.database.exec('DELETE FROM entities');
    expect(cold.find(action().path)).toBe(cold.find(action().path));
    expect(cold.find(action().path)).toBeDefined();
    expect(reopen().find(action().path)).toBeUndefined();
  });

  test('are not found under a name that only reads like their path', () => {
    const { entities } = open();
    entities.put(action({ package: 'math' }));
    expect(
      entities.find({ namespace: 'guest', package: undefined, name: 'math/add' }),
    ).toBeUndefined();
    expect(() => {
      entities.put(action({ name: 'math/add' }));
    }).toThrow(TypeError);
    expect(entities.find(action({ package: 'math' }).path)).toBeDefined();
  });

  test('that are removed are gone', () => {
    const { entities } = open();
    entities.put(action());
    expect(entities.remove(action().path)).toBe(true);
    expect(entities.find(action().path)).toBeUndefined();
    expect(entities.remove(action().path)).toBe(false);
    expect(entities.count({ type: 'action', namespace: 'guest' })).toBe(0);
  });
});

describe('lists', () => {
  test('begin with the latest change, and of one millisecond with the last one', () => {
    const { entities } = open();
    for (const [name, updatedEpochMs] of [
      ['first', 10],
      ['same-1', 20],
      ['same-2', 20],
      ['last', 30],
    ] as const)
      entities.put(action({ name, updatedEpochMs }));
    const query = { type: 'action', namespace: 'guest' } as const;
    expect(names(entities.list(query, page))).toEqual(['last', 'same-2', 'same-1', 'first']);
    expect(names(entities.list(query, { skip: 1, limit: 2 }))).toEqual(['same-2', 'same-1']);
    entities.put(action({ name: 'same-1', updatedEpochMs: 20 }));
    expect(names(entities.list(query, page))).toEqual(['last', 'same-1', 'same-2', 'first']);
    expect(entities.count(query)).toBe(4);
  });

  test('are of one type, namespace and package', () => {
    const { entities } = open();
    entities.put(action());
    entities.put(action({ package: 'math', name: 'packaged' }));
    entities.put(action({ namespace: 'other', name: 'foreign' }));
    entities.put(trigger());
    const query = { type: 'action', namespace: 'guest' } as const;
    expect(names(entities.list(query, page))).toEqual(['packaged', 'add']);
    expect(names(entities.list({ ...query, package: 'math' }, page))).toEqual(['packaged']);
    expect(entities.count({ ...query, package: 'math' })).toBe(1);
    expect(names(entities.list({ ...query, type: 'trigger' }, page))).toEqual(['tick']);
    expect(names(entities.actionsOf(packageSample('math').path))).toEqual(['packaged']);
  });

  test('show strangers published packages that are no bindings', () => {
    const { entities } = open();
    entities.put(packageSample('open', { publish: true }));
    entities.put(packageSample('closed'));
    const binding = { namespace: 'other', name: 'math' };
    entities.put(packageSample('bound', { publish: true, binding }));
    const query = { type: 'package', namespace: 'guest', publishedOnly: true } as const;
    expect(names(entities.list(query, page))).toEqual(['open']);
    expect(entities.count(query)).toBe(1);
    expect(entities.count({ ...query, publishedOnly: false })).toBe(3);
  });

  test('of rules of a trigger hold those that are linked, by name', () => {
    const { entities } = open();
    for (const name of ['b', 'c', 'a']) entities.put(rule(name));
    entities.put(rule('unlinked', { linked: false }));
    entities.put(rule('other', { trigger: trigger('tock').path }));
    expect(names(entities.linkedRules(trigger().path))).toEqual(['a', 'b', 'c']);
    entities.put(rule('b', { linked: false }));
    expect(names(entities.linkedRules(trigger().path))).toEqual(['a', 'c']);
  });

  const queries: readonly EntityListQuery<'action' | 'package'>[] = [
    { type: 'action', namespace: 'guest' },
    { type: 'action', namespace: 'guest', package: 'math' },
    { type: 'package', namespace: 'guest', publishedOnly: true },
  ];
  test.each(queries)('neither scan nor sort: %o', (query) => {
    const { transactions } = open();
    const plan = (sql: string, parameters: readonly (string | number)[]): string =>
      JSON.stringify(transactions.database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters));
    const list = plan(toListQuery(query), [...listParameters(query), 10, 0]);
    const count = plan(toListQuery(query, 'count'), listParameters(query));
    expect(list + count).toMatch(/SEARCH entities USING/);
    expect(list + count).not.toMatch(/SCAN|TEMP B-TREE/);
  });
});

describe('a transaction', () => {
  test('that fails leaves nothing behind, neither stored nor remembered', () => {
    const { entities, reopen } = open();
    entities.put(action({ name: 'kept', updatedEpochMs: 1 }));
    expect(() =>
      entities.transaction(() => {
        entities.put(action({ name: 'kept', updatedEpochMs: 2 }));
        entities.put(action({ name: 'new' }));
        expect(entities.find(action({ name: 'new' }).path)).toBeDefined();
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    for (const store of [entities, reopen()]) {
      expect(store.find(action({ name: 'kept' }).path)?.updatedEpochMs).toBe(1);
      expect(store.find(action({ name: 'new' }).path)).toBeUndefined();
    }
  });

  test('that fails within another takes only its own changes back', () => {
    const { entities, reopen } = open();
    entities.transaction(() => {
      entities.put(action({ name: 'outer' }));
      expect(() =>
        entities.transaction(() => {
          entities.put(action({ name: 'inner' }));
          entities.remove(action({ name: 'outer' }).path);
          throw new Error('on purpose');
        }),
      ).toThrow('on purpose');
      expect(entities.find(action({ name: 'outer' }).path)).toBeDefined();
    });
    for (const store of [entities, reopen()]) {
      expect(store.find(action({ name: 'outer' }).path)).toBeDefined();
      expect(store.find(action({ name: 'inner' }).path)).toBeUndefined();
    }
  });

  test('that ended within another is taken back with it', () => {
    const { entities, reopen } = open();
    expect(() =>
      entities.transaction(() => {
        entities.transaction(() => {
          entities.put(action());
        });
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    for (const store of [entities, reopen()]) expect(store.find(action().path)).toBeUndefined();
  });

  test('refuses work that goes on later', () => {
    const { entities } = open();
    expect(() =>
      entities.transaction(async () => {
        entities.put(action());
        await Promise.resolve();
      }),
    ).toThrow(TypeError);
    expect(entities.find(action().path)).toBeUndefined();
  });
});

describe('code', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('stays as long as an action has it, and a while longer', () => {
    const { entities, codes } = open();
    const codeDigest = codes.put(Buffer.from('code'));
    expect(codes.put(Buffer.from('code'))).toBe(codeDigest);
    entities.put(action({ name: 'one', codeDigest }));
    entities.put(action({ name: 'two', codeDigest }));
    vi.advanceTimersByTime(graceMs);
    entities.remove(action({ name: 'one' }).path);
    vi.advanceTimersByTime(graceMs);
    expect(codes.get(codeDigest)).toBeDefined();

    const other = codes.put(Buffer.from('other'));
    entities.put(action({ name: 'two', codeDigest: other }));
    vi.advanceTimersByTime(graceMs - 1);
    expect(codes.get(codeDigest)).toBeDefined();
    vi.advanceTimersByTime(1);
    expect(codes.get(codeDigest)).toBeUndefined();
    expect(codes.get(other)).toBeDefined();

    entities.remove(action({ name: 'two' }).path);
    vi.advanceTimersByTime(graceMs);
    expect(codes.get(other)).toBeUndefined();
  });

  test('stays with an action whose removal was taken back', () => {
    const { entities, codes } = open();
    const codeDigest = codes.put(Buffer.from('code'));
    entities.put(action({ codeDigest }));
    expect(() =>
      entities.transaction(() => {
        entities.remove(action().path);
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    vi.advanceTimersByTime(graceMs);
    expect(codes.get(codeDigest)).toBeDefined();
  });

  test('that is put again waits anew for its action', () => {
    const { entities, codes } = open();
    const codeDigest = codes.put(Buffer.from('code'));
    vi.advanceTimersByTime(graceMs - 1);
    codes.put(Buffer.from('code'));
    vi.advanceTimersByTime(graceMs - 1);
    entities.put(action({ codeDigest }));
    vi.advanceTimersByTime(graceMs);
    expect(codes.get(codeDigest)).toBeDefined();
  });

  test('that no action has makes room for the latest when there is much of it', () => {
    const { entities, codes } = open();
    const used = codes.put(Buffer.alloc(600, 'used'));
    entities.put(action({ codeDigest: used }));
    const first = codes.put(Buffer.alloc(400, 'first'));
    const second = codes.put(Buffer.alloc(400, 'second'));
    // The one in use was only looked at.
    expect([used, first, second].map((digest) => codes.get(digest) !== undefined)).toEqual([
      true,
      true,
      true,
    ]);
    const third = codes.put(Buffer.alloc(900, 'third'));
    expect(codes.get(first)).toBeUndefined();
    expect(codes.get(second)).toBeUndefined();
    const huge = codes.put(Buffer.alloc(5000, 'huge'));
    expect(codes.get(third)).toBeUndefined();
    // Whoever has just put it gives it to an action now.
    expect(codes.get(huge)).toBeDefined();
    expect(codes.get(used)).toBeDefined();
  });

  test('that no action has goes after a while, or at the next start', () => {
    const { entities, codes } = open();
    const kept = codes.put(Buffer.from('kept'));
    entities.put(action({ codeDigest: kept }));
    const first = codes.put(Buffer.from('first'));
    vi.advanceTimersByTime(graceMs);
    expect(codes.get(first)).toBeUndefined();
    const second = codes.put(Buffer.from('second'));
    expect(codes.removeUnused()).toBe(1);
    expect(codes.get(second)).toBeUndefined();
    expect(codes.get(kept)).toBeDefined();
  });

  test('that cannot be removed is told, and stays', () => {
    const { codes, transactions, errors } = open();
    const digest = codes.put(Buffer.from('code'));
    transactions.database.exec(
      "CREATE TRIGGER no BEFORE DELETE ON codes BEGIN SELECT raise(ABORT, 'on purpose'); END",
    );
    vi.advanceTimersByTime(graceMs);
    expect(errors).toHaveLength(1);
    expect(codes.get(digest)).toBeDefined();
  });

  test('of 36 MiB is stored', { timeout: 60_000 }, () => {
    const { codes } = open();
    const bytes = Buffer.alloc(36 * 1024 * 1024, 'wasm');
    const digest = codes.put(bytes);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(bytes.equals(codes.get(digest) ?? new Uint8Array())).toBe(true);
  });
});
