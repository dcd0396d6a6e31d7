import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { readKeyFile, readOrCreateKeyFile, secretBytes } from '../users/key-file.js';
import { SqliteUsers } from '../users/sqlite-users.js';
import { UserKeys } from '../users/user-keys.js';
import { prepareDataFolder } from './data-folder.js';
import { openDatabase, useWriteAheadLog } from './database.js';
import { lockFolder } from './folder-lock.js';
import { migrate, newestVersion, readVersion } from './migrations.js';
import { StorageError } from './storage-error.js';
import { Transactions } from './transactions.js';

/** How long a server waits for a command that is just making the database, or for one before it that is ending. */
const serverWaitMs = 1000;
/** How long a command waits for a server that is just making the database. */
const migrationWaitMs = 5000;

/** An open database of the newest version, and its users. */
export interface OpenData {
  readonly transactions: Transactions;
  readonly users: SqliteUsers;
  /** Of the database, for errors: absolute, or `:memory:`. */
  readonly path: string;
  /** Closes the database, then lets go of the folder. Idempotent. */
  readonly close: () => void;
}

/** A database that is gone with the process. */
export function openMemory(): OpenData {
  const path = ':memory:';
  const database = openDatabase(path);
  const transactions = new Transactions(database);
  const users = prepareUsers(transactions, path, new UserKeys(randomBytes(secretBytes)));
  return {
    transactions,
    users,
    path,
    close: () => {
      close(database);
    },
  };
}

/**
 * Opens a data folder, which is made if it is missing.
 *
 * @param role a `server` has the folder for itself; `users` may be read and changed beside it
 * @throws StorageError
 */
export function openFolder(dataFolder: string, role: 'server' | 'users'): OpenData {
  const folder = prepareDataFolder(dataFolder);
  const path = folder.database;
  using opening = new DisposableStack();
  if (role === 'server') opening.use(lockFolder(folder.path, folder.lock, serverWaitMs));
  const database = opening.adopt(openDatabase(path), close);
  using migrating = new DisposableStack();
  // Tables are changed by whoever has the folder: never under a server, which may be of another version.
  if (role === 'users' && readVersion(database, path) < newestVersion)
    migrating.use(lockFolder(folder.path, folder.lock, migrationWaitMs));
  const version = readVersion(database, path);
  // Where users exist, a key file that is missing must not be replaced: nobody could be found any more.
  const secret = version === 0 ? readOrCreateKeyFile(folder.key) : readKeyFile(folder.key);
  if (version < newestVersion) useWriteAheadLog(database, path);
  const transactions = new Transactions(database);
  const users = prepareUsers(transactions, path, new UserKeys(secret));
  if (!users.hasMatchingKeys())
    throw new StorageError(
      'WW_ERR_STORAGE_KEY',
      `The key file "${folder.key}" does not belong to the database "${path}". Put back the one that does.`,
    );
  const opened = opening.move();
  return {
    transactions,
    users,
    path,
    // The database first, then the lock.
    close: () => {
      opened.dispose();
    },
  };
}

/** Brings the tables up to date; a new database gets the published users. */
function prepareUsers(transactions: Transactions, path: string, keys: UserKeys): SqliteUsers {
  if (readVersion(transactions.database, path) < newestVersion)
    migrate(transactions, path, () => {
      new SqliteUsers(transactions, keys).seed();
    });
  return new SqliteUsers(transactions, keys);
}

function close(database: DatabaseSync): void {
  if (database.isOpen) database.close();
}
