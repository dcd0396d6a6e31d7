import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from './database.js';
import { Transactions } from './transactions.js';

function open(): { transactions: Transactions; add: (id: number) => void; ids: () => unknown[] } {
  const database = openDatabase(':memory:');
  onTestFinished(() => {
    database.close();
  });
  database.exec('CREATE TABLE things (id INTEGER PRIMARY KEY)');
  return {
    transactions: new Transactions(database),
    add: (id) => {
      database.exec(`INSERT INTO things VALUES (${String(id)})`);
    },
    ids: () =>
      database
        .prepare('SELECT id FROM things ORDER BY id')
        .all()
        .map(({ id }) => id),
  };
}

const failure = new Error('on purpose');

test('work is done as a whole, and its result handed on', () => {
  const { transactions, add, ids } = open();
  expect(transactions.isOpen).toBe(false);
  const result = transactions.run(() => {
    expect(transactions.isOpen).toBe(true);
    add(1);
    return transactions.run(() => {
      add(2);
      return 'result';
    });
  });
  expect(result).toBe('result');
  expect(ids()).toEqual([1, 2]);
  expect(transactions.isOpen).toBe(false);
});

test('what is kept beside the database is undone with it, the last first', () => {
  const { transactions, add, ids } = open();
  const undone: string[] = [];
  const undoing = (name: string): void => {
    transactions.onRollback(() => undone.push(name));
  };
  transactions.run(() => {
    undoing('never');
  });
  expect(() =>
    transactions.run(() => {
      undoing('outer');
      transactions.run(() => {
        add(1);
        undoing('inner');
      });
      throw failure;
    }),
  ).toThrow(failure);
  expect(undone).toEqual(['inner', 'outer']);
  expect(ids()).toEqual([]);
});

test('an inner failure that is caught undoes the inner work alone', () => {
  const { transactions, add, ids } = open();
  const undone: string[] = [];
  transactions.run(() => {
    add(1);
    transactions.onRollback(() => undone.push('outer'));
    expect(() =>
      transactions.run(() => {
        add(2);
        transactions.onRollback(() => undone.push('inner'));
        throw failure;
      }),
    ).toThrow(failure);
  });
  expect(ids()).toEqual([1]);
  expect(undone).toEqual(['inner']);
});

test('after the database rolled back by itself nothing more is done in that transaction', () => {
  const { transactions, add, ids } = open();
  const undone: string[] = [];
  expect(() => {
    transactions.run(() => {
      add(1);
      transactions.onRollback(() => undone.push('outer'));
      // As SQLite does when a write finds the disk full.
      transactions.database.exec('ROLLBACK');
      transactions.run(() => {
        add(2);
      });
    });
  }).toThrow('rolled back');
  expect(undone).toEqual(['outer']);
  expect(ids()).toEqual([]);
  transactions.run(() => {
    add(3);
  });
  expect(ids()).toEqual([3]);
});
