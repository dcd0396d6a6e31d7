import { closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readOrCreateKeyFile, synchronize } from '../users/key-file.js';
import { SqliteUsers } from '../users/sqlite-users.js';
import { UserKeys } from '../users/user-keys.js';
import { assertFile, createPrivateFile, type DataFolder } from './data-folder.js';
import { openDatabase, useWriteAheadLog } from './database.js';
import { readIdentity, sizeOf } from './file-identity.js';
import { migrate } from './migrations.js';
import { StorageError, toStorageError } from './storage-error.js';
import { Transactions } from './transactions.js';

/**
 * Makes the database of a new folder, for whoever holds its lock. It appears as a whole or not at all,
 * so that an empty one is never ours.
 *
 * @throws StorageError; `WW_ERR_STORAGE_UNREADABLE` when what lies beside shows that there was one
 */
export function createDatabaseIfNew(folder: DataFolder): void {
  if (!isNew(folder)) return;
  const secret = readOrCreateKeyFile(folder.key);
  const path = `${folder.database}.new`;
  const remove = (): void => {
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
  };
  try {
    // What a process left that was killed right here.
    remove();
    createPrivateFile(path);
    fill(path, secret);
    synchronizeFile(path);
    renameSync(path, folder.database);
    synchronize(dirname(path));
  } catch (error) {
    remove();
    throw toStorageError(error, folder.database);
  }
}

/** Whether there never was a database. */
function isNew({ database, key }: DataFolder): boolean {
  const log = `${database}-wal`;
  // A link that leads nowhere is there too.
  const isThere = lstatSync(database, { throwIfNoEntry: false }) !== undefined;
  if (isThere) assertFile(database);
  if (sizeOf(database) > 0) return false;
  const what = isThere ? 'is empty' : 'is missing';
  if (sizeOf(log) > 0)
    throw lost(
      database,
      `${what}, but its write-ahead log "${log}" is there`,
      'move the log away too',
    );
  if (isThere && readIdentity(key) !== undefined)
    throw lost(database, `${what}, but the key file beside it was made for one`, 'move it away');
  return true;
}

function lost(database: string, what: string, remedy: string): StorageError {
  return new StorageError(
    'WW_ERR_STORAGE_UNREADABLE',
    `"${database}" ${what}. Put back a copy of the database, or ${remedy} to start anew.`,
    { reason: 'the database is empty' },
  );
}

function fill(path: string, secret: Uint8Array): void {
  const database = openDatabase(path);
  try {
    useWriteAheadLog(database, path);
    const transactions = new Transactions(database);
    migrate(transactions, path, () => {
      new SqliteUsers(transactions, new UserKeys(secret)).seed();
    });
  } finally {
    database.close();
  }
}

function synchronizeFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
