import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { checkDatabase } from './database-check.js';

/** A database beyond what is looked through at once. */
function createLarge(): { readonly path: string; readonly database: DatabaseSync } {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-check-'));
  const path = join(folder, 'large.db');
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE entities (path TEXT, document TEXT)');
  database.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB)');
  const insert = database.prepare('INSERT INTO rows (bytes) VALUES (zeroblob(2000))');
  database.exec('BEGIN');
  for (let index = 0; index < 12_000; index += 1) insert.run();
  database.exec('COMMIT');
  onTestFinished(() => {
    if (database.isOpen) database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { path, database };
}

function garble(path: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, 4096 * 5000);
  closeSync(file);
}

const nobody = (): void => {
  throw new Error('Nobody should be told.');
};

test('a large database that is sound is taken', () => {
  const { path, database } = createLarge();
  checkDatabase(database, path, 60_000, nobody);
});

test('a large database that is damaged is refused', () => {
  const { path, database } = createLarge();
  garble(path);
  expect(() => {
    checkDatabase(database, path, 60_000, nobody);
  }).toThrow(expect.objectContaining({ code: 'WW_ERR_STORAGE_UNREADABLE' }));
});

test('what a check finds that took too long is told afterwards', async () => {
  const { path, database } = createLarge();
  garble(path);
  const told: unknown[] = [];
  checkDatabase(database, path, 0, (error) => told.push(error));
  expect(told).toEqual([]);
  await vi.waitFor(
    () => {
      expect(told).toEqual([expect.objectContaining({ code: 'WW_ERR_STORAGE_UNREADABLE' })]);
    },
    { timeout: 20_000 },
  );
}, 30_000);
