import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { accepted, activationId, record } from '../../test/storage-samples.js';
import type { ActivationRecord } from '../entities/activation-record.js';
import { queryParameters, toActivationSql } from './activation-rows.js';
import { openMemory } from './open-data.js';
import { SqliteActivationStore } from './sqlite-activation-store.js';
import type { ActivationQuery, ActivationSummary } from './stores.js';
import type { Transactions } from './transactions.js';

interface Opened {
  readonly transactions: Transactions;
  readonly activations: SqliteActivationStore;
  /** As after a restart: what is pending is committed. */
  readonly reopen: (settings?: Settings) => SqliteActivationStore;
  readonly errors: unknown[];
}

interface Settings {
  readonly activationsMax?: number;
  readonly activationAgeMsMax?: number;
  readonly activationBytesMax?: number;
  readonly now?: () => number;
  readonly passed?: () => number;
}

/** Not made within a test: the first time takes a second or more. */
const anyText = fc.string({ unit: 'binary' });

function open(settings: Settings = {}): Opened {
  const { transactions, path, close } = openMemory();
  const errors: unknown[] = [];
  const stores: SqliteActivationStore[] = [];
  const create = (own: Settings = settings): SqliteActivationStore => {
    stores.at(-1)?.close();
    const store = new SqliteActivationStore(transactions, path, {
      activationsMax: 1_000_000,
      activationAgeMsMax: 1_000_000,
      activationBytesMax: 1_000_000_000,
      now: () => 1000,
      onError: (error) => errors.push(error),
      ...own,
    });
    stores.push(store);
    return store;
  };
  onTestFinished(() => {
    stores.at(-1)?.close();
    close();
  });
  return { transactions, activations: create(), reopen: create, errors };
}

const page = { skip: 0, limit: 1000 };
const guest = { namespace: 'guest' };
const ids = (records: readonly ActivationSummary[]): readonly number[] =>
  records.map((one) => Number.parseInt(one.activationId, 16));

async function storeMany(
  store: SqliteActivationStore,
  count: number,
  change: (index: number) => Partial<ActivationRecord> = () => ({}),
): Promise<void> {
  const records = Array.from({ length: count }, (_, index) =>
    record({ activationId: activationId(index), ...change(index) }),
  );
  await Promise.all(records.map((one) => store.store(one)));
}

describe('records', () => {
  test('come back as they were, members that are undefined included', async () => {
    const { activations } = open();
    const ofTrigger = record({
      activationId: activationId(2),
      cause: activationId(1),
      endEpochMs: undefined,
      durationMs: undefined,
      resultJson: undefined,
      resultBytes: undefined,
      logs: [],
      annotations: [],
    });
    const lettered = record({ activationId: 'ab'.repeat(16) });
    await Promise.all([record(), ofTrigger, lettered].map((one) => activations.store(one)));
    expect(activations.find('guest', activationId(1))).toStrictEqual(record());
    expect(activations.find('guest', activationId(2))).toStrictEqual(ofTrigger);
    expect(activations.find('other', activationId(1))).toBeUndefined();
    expect(activations.find('guest', activationId(3))).toBeUndefined();
    for (const text of ['', 'x', 'AB'.repeat(16), `${activationId(1)}00`, 'é'.repeat(32)])
      expect(activations.find('guest', text)).toBeUndefined();
  });

  test('with any texts survive, in lists too', { timeout: 60_000 }, async () => {
    const { activations } = open();
    const text = fc.oneof(
      anyText.map((value) => value.toWellFormed()),
      fc.constantFrom('__proto__', '\0', 'a\0b', "'", '\u{1f600}', ''),
    );
    let next = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          namespace: text,
          subject: text,
          name: text,
          version: text,
          resultJson: fc.option(fc.json(), { nil: undefined }),
          logs: fc.array(anyText),
          annotations: fc.array(
            fc.record({ key: text, json: fc.json() }, { noNullPrototype: true }),
          ),
          startEpochMs: fc.maxSafeInteger(),
        }),
        async (changes) => {
          const one = record({ ...changes, activationId: activationId(next++) });
          await activations.store(one);
          expect(activations.find(one.namespace, one.activationId)).toStrictEqual(one);
          const { resultJson: _result, resultBytes: _bytes, logs: _logs, ...summary } = one;
          const { namespace, startEpochMs } = one;
          const query = { namespace, sinceEpochMs: startEpochMs, uptoEpochMs: startEpochMs };
          expect(activations.list(query, page)).toContainEqual(summary);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are listed latest start first, by namespace, name, package and time', async () => {
    const { activations } = open();
    await storeMany(activations, 12, (index) => ({
      startEpochMs: 1000 + Math.floor(index / 2),
      name: index % 2 === 0 ? 'add' : 'sub',
      package: index % 4 < 2 ? undefined : 'math',
      namespace: index === 11 ? 'other' : 'guest',
    }));
    const list = (query: Partial<ActivationQuery>, part = page): readonly number[] => {
      const whole = { ...guest, ...query };
      const found = ids(activations.list(whole, part));
      if (part === page) expect(activations.count(whole)).toBe(found.length);
      return found;
    };
    expect(list({})).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(list({}, { skip: 2, limit: 3 })).toEqual([8, 7, 6]);
    expect(list({ name: 'add' })).toEqual([8, 4, 0]);
    expect(list({ name: 'math/add' })).toEqual([10, 6, 2]);
    expect(list({ name: 'math/none' })).toEqual([]);
    expect(list({ sinceEpochMs: 1003 })).toEqual([10, 9, 8, 7, 6]);
    expect(list({ uptoEpochMs: 1001 })).toEqual([3, 2, 1, 0]);
    expect(list({ sinceEpochMs: 1001, uptoEpochMs: 1003, name: 'math/sub' })).toEqual([7, 3]);
    expect(list({ namespace: 'other' })).toEqual([11]);
  });

  const queries: readonly ActivationQuery[] = [
    guest,
    { ...guest, name: 'add' },
    { ...guest, name: 'math/add' },
    { ...guest, sinceEpochMs: 1 },
    { ...guest, name: 'math/add', sinceEpochMs: 1, uptoEpochMs: 2 },
  ];
  const forms = ['list', 'count'] as const;
  test.each(queries)('are listed and counted without scan or sort: %o', (query) => {
    const { transactions } = open();
    for (const form of forms) {
      const paging = form === 'count' ? [] : [10, 0];
      const plan = JSON.stringify(
        transactions.database
          .prepare(`EXPLAIN QUERY PLAN ${toActivationSql(form, query)}`)
          .all(...queryParameters(query), ...paging),
      );
      const index = query.name === undefined ? 'activations_by_start' : 'activations_by_name';
      expect(plan).toMatch(
        new RegExp(`SEARCH activations USING ${form === 'count' ? 'COVERING ' : ''}INDEX ${index}`),
      );
      expect(plan).toContain(
        query.name === undefined ? 'start<?' : 'package=? AND start>? AND start<?',
      );
      expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
    }
  });
});

describe('writes', () => {
  test('of one turn share a transaction, and are answered after it', async () => {
    const { activations, transactions } = open();
    // What is done once after the start.
    await setImmediate();
    const run = vi.spyOn(transactions, 'run');
    const isCommitted: boolean[] = [];
    await Promise.all(
      [1, 2, 3].map(async (index) => {
        await activations.store(record({ activationId: activationId(index) }));
        isCommitted.push(!transactions.database.isTransaction);
      }),
    );
    expect(run).toHaveBeenCalledTimes(1);
    expect(isCommitted).toEqual([true, true, true]);
  });

  test('are seen by reads of the same turn', async () => {
    const { activations } = open();
    const stored = activations.store(record());
    expect(activations.find('guest', record().activationId)).toStrictEqual(record());
    await stored;
    const more = activations.store(record({ activationId: activationId(2) }));
    expect(activations.count(guest)).toBe(2);
    await more;
  });

  test('stay apart from a transaction about entities', async () => {
    const { activations, transactions } = open();
    let stored: Promise<void> | undefined;
    expect(() =>
      transactions.run(() => {
        stored = activations.store(record());
        expect(activations.count(guest)).toBe(0);
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    await stored;
    expect(activations.count(guest)).toBe(1);
  });

  test('that cannot be done fail alone', async () => {
    const { activations } = open();
    await activations.store(record({ activationId: activationId(9) }));
    const settled = await Promise.allSettled([
      activations.store(record({ activationId: activationId(1) })),
      activations.store(record({ activationId: 'no id' })),
      activations.store(record({ activationId: activationId(9) })),
      activations.store(record({ activationId: activationId(2) })),
    ]);
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(ids(activations.list(guest, page))).toEqual([2, 1, 9]);
  });

  test('that find the disk full are refused, and the store goes on', async () => {
    const { activations, transactions } = open();
    await activations.store(record({ activationId: activationId(1) }));
    const { page_count: pages } = transactions.database.prepare('PRAGMA page_count').get() ?? {};
    // For SQLite the same as a disk without room.
    transactions.database.exec(`PRAGMA max_page_count = ${String(Number(pages) + 5)}`);
    const large = JSON.stringify('x'.repeat(1_000_000));
    const settled = await Promise.allSettled([
      activations.store(record({ activationId: activationId(2) })),
      activations.store(record({ activationId: activationId(3), resultJson: large })),
      activations.store(record({ activationId: activationId(4) })),
    ]);
    expect(settled).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: expect.objectContaining({ code: 'WW_ERR_STORAGE_WRITE' }) },
      { status: 'fulfilled', value: undefined },
    ]);
    transactions.database.exec('PRAGMA max_page_count = 1000000');
    await activations.store(record({ activationId: activationId(3), resultJson: large }));
    expect(ids(activations.list(guest, page))).toEqual([3, 4, 2, 1]);
  });

  test('of more than one group keep their order', async () => {
    const { activations } = open();
    await storeMany(activations, 1000);
    expect(activations.count(guest)).toBe(1000);
    expect(ids(activations.list(guest, { skip: 0, limit: 3 }))).toEqual([999, 998, 997]);
  });

  test('that wait when it is closed are done, and later ones refused', async () => {
    const { activations, transactions } = open();
    const stored = activations.store(record());
    activations.close();
    await stored;
    await expect(activations.store(record())).rejects.toMatchObject({
      code: 'WW_ERR_STORAGE_CLOSED',
    });
    expect(transactions.database.prepare('SELECT count(*) AS n FROM activations').get()).toEqual({
      n: 1,
    });
  });
});

describe('accepted activations', () => {
  test('that ended leave their record alone', async () => {
    const { activations, reopen } = open();
    await activations.accept(accepted());
    expect(activations.find('guest', activationId(1))).toBeUndefined();
    await activations.store(record());
    const reopened = reopen();
    expect(reopened.count(guest)).toBe(1);
    expect(reopened.find('guest', activationId(1))).toEqual(record());
  });

  test('that did not end have a record at the next start that says so', async () => {
    const { activations, reopen } = open();
    const note = accepted({
      activationId: activationId(7),
      package: 'math',
      cause: activationId(1),
    });
    await activations.accept(note);
    const found = reopen().find('guest', activationId(7));
    expect(found).toStrictEqual({
      ...note,
      endEpochMs: note.startEpochMs,
      durationMs: 0,
      statusCode: 3,
      resultJson: expect.stringMatching(/^\{"error":".*server ended before the activation.*"\}$/),
      resultBytes: undefined,
      logs: [],
    });
    expect(ids(reopen().list({ ...guest, name: 'math/add' }, page))).toEqual([7]);
  });

  test('that were noted after their record keep that', async () => {
    const { activations, reopen } = open();
    await activations.store(record());
    await activations.accept(accepted());
    const reopened = reopen();
    expect(reopened.count(guest)).toBe(1);
    expect(reopened.find('guest', activationId(1))).toEqual(record());
  });

  test('whose record could not be written keep their note', async () => {
    const { activations, reopen } = open();
    await activations.accept(accepted());
    await expect(activations.store(record({ cause: 'no id' }))).rejects.toThrow(TypeError);
    expect(reopen().find('guest', activationId(1))?.statusCode).toBe(3);
  });
});

describe('the oldest records go', () => {
  test('when there are too many, while new ones come', async () => {
    const { activations, errors } = open({ activationsMax: 100 });
    for (let round = 0; round < 5; round += 1)
      await storeMany(activations, 256, (index) => ({
        activationId: activationId(round * 256 + index),
        startEpochMs: round * 256 + index,
      }));
    await vi.waitFor(() => {
      expect(activations.count(guest)).toBe(100);
    });
    expect(ids(activations.list(guest, { skip: 99, limit: 1 }))).toEqual([5 * 256 - 100]);
    expect(errors).toEqual([]);
  });

  test('when they are too large together, while new ones come', async () => {
    const { activations, reopen, transactions, errors } = open({ activationBytesMax: 20_000_000 });
    // Code does not count.
    transactions.database.exec("INSERT INTO codes VALUES ('c', zeroblob(30000000))");
    for (let index = 0; index < 40; index += 1)
      await storeMany(activations, 1, () => ({
        activationId: activationId(index),
        startEpochMs: index,
        logs: ['x'.repeat(1_000_000)],
      }));
    await vi.waitFor(() => {
      expect(activations.count(guest)).toBeLessThan(40);
    });
    // At a start those that came last are looked at too.
    const store = reopen();
    await vi.waitFor(() => {
      expect(store.count(guest)).toBeLessThan(20);
    });
    const kept = ids(store.list(guest, page));
    expect(kept.length).toBeGreaterThan(15);
    expect(kept).toEqual(Array.from(kept, (_, index) => 39 - index));
    expect(errors).toEqual([]);
  });

  test('when they are too old, after a start', async () => {
    const { activations, reopen } = open();
    await storeMany(activations, 500, (index) => ({ startEpochMs: index, endEpochMs: index }));
    const aged = reopen({ activationAgeMsMax: 100, now: () => 499, passed: () => 0 });
    await vi.waitFor(() => {
      expect(aged.count(guest)).toBe(101);
    });
    expect(ids(aged.list(guest, { skip: 100, limit: 1 }))).toEqual([399]);
  });

  test.each([
    ['ahead at a start', 1_000_000_000, 1_000_000_000],
    ['back at a start', -1_000_000_000, 0],
  ])('and none does because the clock was set %s', async (_how, now, later) => {
    const { activations, reopen } = open();
    await storeMany(activations, 100, (index) => ({ startEpochMs: index, endEpochMs: index }));
    // One goes by number, which shows that they were looked at.
    const store = reopen({
      activationAgeMsMax: 100,
      activationsMax: 355,
      now: () => now,
      passed: () => 0,
    });
    await storeMany(store, 256, (index) => ({
      activationId: activationId(1000 + index),
      startEpochMs: later + index,
      endEpochMs: later + index,
    }));
    await vi.waitFor(() => {
      expect(store.count(guest)).toBeLessThan(356);
    });
    expect(store.count(guest)).toBe(355);
  });

  test('that came while a clock ran behind only when they have been here for so long', async () => {
    let passed = 0;
    const { activations } = open({
      activationsMax: 600,
      activationAgeMsMax: 6400,
      now: () => 1_000_000,
      passed: () => passed,
    });
    const storeFrom = (first: number): Promise<void> =>
      storeMany(activations, 256, (index) => ({
        activationId: activationId(first + index),
        startEpochMs: 5,
        endEpochMs: 5,
      }));
    await storeFrom(0);
    passed = 6300;
    await storeFrom(1000);
    await storeFrom(2000);
    // By number.
    await vi.waitFor(() => {
      expect(activations.count(guest)).toBeLessThan(768);
    });
    expect(activations.count(guest)).toBe(600);
    passed = 12_800;
    await storeFrom(3000);
    await vi.waitFor(() => {
      expect(activations.count(guest)).toBe(256);
    });
  });

  test('of triggers by their start', async () => {
    const { activations, reopen } = open();
    await storeMany(activations, 2, (index) => ({
      startEpochMs: index * 1000,
      endEpochMs: undefined,
    }));
    const aged = reopen({ activationAgeMsMax: 100, now: () => 1000 });
    await vi.waitFor(() => {
      expect(ids(aged.list(guest, page))).toEqual([1]);
    });
  });

  test('and a failure is told and not repeated at once', async () => {
    const { activations, reopen, transactions, errors } = open();
    await storeMany(activations, 20);
    transactions.database.exec(
      "CREATE TRIGGER no BEFORE DELETE ON activations BEGIN SELECT raise(ABORT, 'on purpose'); END",
    );
    const store = reopen({ activationsMax: 10 });
    await vi.waitFor(() => {
      expect(errors).toHaveLength(1);
    });
    expect(store.count(guest)).toBe(20);
  });
});
