import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from './database.js';
import { migrate, migrations, newestVersion, readVersion } from './migrations.js';
import { Transactions } from './transactions.js';

function openEmpty(): Transactions {
  const database = openDatabase(':memory:');
  onTestFinished(() => {
    database.close();
  });
  return new Transactions(database);
}

const tables = ({ database }: Transactions): readonly unknown[] =>
  database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();

test('a database without tables is of version 0, and is brought to the newest', () => {
  const transactions = openEmpty();
  expect(readVersion(transactions.database, 'db')).toBe(0);
  let seeded = 0;
  const seed = (): void => {
    seeded += 1;
  };
  migrate(transactions, 'db', seed);
  expect(readVersion(transactions.database, 'db')).toBe(newestVersion);
  // Again: nothing is left to do, and nothing is seeded.
  migrate(transactions, 'db', seed);
  expect(seeded).toBe(1);
});

test('a later version is reached step by step, and keeps what is there', () => {
  const transactions = openEmpty();
  const steps = [
    ...migrations,
    'ALTER TABLE users ADD COLUMN note TEXT',
    'CREATE TABLE more (id) ',
  ];
  migrate(transactions, 'db', () => undefined);
  transactions.database.exec("INSERT INTO facts VALUES ('kept', x'01')");
  migrate(
    transactions,
    'db',
    () => {
      throw new Error('Seeds are for new databases.');
    },
    steps,
  );
  expect(readVersion(transactions.database, 'db', steps)).toBe(steps.length);
  expect(transactions.database.prepare('SELECT name FROM facts').all()).toEqual([{ name: 'kept' }]);
  expect(() => readVersion(transactions.database, 'db')).toThrow(
    expect.objectContaining({ code: 'WW_ERR_STORAGE_NEWER' }),
  );
});

test('a step that fails leaves the database at the version it had', () => {
  const transactions = openEmpty();
  migrate(transactions, 'db', () => undefined);
  const before = tables(transactions);
  const steps = [...migrations, 'CREATE TABLE half (id); CREATE TABLE half (id)'];
  expect(() => {
    migrate(transactions, 'db', () => undefined, steps);
  }).toThrow(expect.objectContaining({ name: 'StorageError' }));
  expect(tables(transactions)).toEqual(before);
  expect(readVersion(transactions.database, 'db')).toBe(newestVersion);
});
