import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { readKeyFile, secretBytes } from '../users/key-file.js';
import { SqliteUsers } from '../users/sqlite-users.js';
import { UserKeys } from '../users/user-keys.js';
import { prepareDataFolder, type DataFolder } from './data-folder.js';
import { checkDatabase } from './database-check.js';
import { openDatabase, useWriteAheadLog, type Durability } from './database.js';
import { readIdentity, sizeOf } from './file-identity.js';
import { lockFolder } from './folder-lock.js';
import { FolderWatch, type FolderWatchOptions } from './folder-watch.js';
import { findLogDamage } from './log-check.js';
import { migrate, newestVersion, readVersion } from './migrations.js';
import { createDatabaseIfNew } from './new-database.js';
import { hasRunMark, removeRunMark } from './run-mark.js';
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
  /** Watches over the folder; of a database in memory none. */
  readonly watch: FolderWatch | undefined;
  /** What was found at the start that the operator has to know, as sentences. */
  readonly findings: readonly string[];
  /** Closes the database, then lets go of the folder. Idempotent. */
  readonly close: () => void;
}

/** A database that is gone with the process. */
export function openMemory(): OpenData {
  const path = ':memory:';
  const database = openDatabase(path);
  const transactions = new Transactions(database);
  const keys = new UserKeys(randomBytes(secretBytes));
  migrate(transactions, path, () => {
    new SqliteUsers(transactions, keys).seed();
  });
  return {
    transactions,
    users: new SqliteUsers(transactions, keys),
    path,
    watch: undefined,
    findings: [],
    close: () => {
      close(database);
    },
  };
}

/** How a server opens its folder. */
export interface ServerOpening extends Pick<
  FolderWatchOptions,
  'lostWaitMs' | 'onMended' | 'onNoticed' | 'onFailed'
> {
  readonly durability: Durability;
  /** How long the database is looked through before the start goes on. */
  readonly checkWaitMs: number;
}

/**
 * Opens the data folder of a server, which has it for itself; it is made if it is missing.
 *
 * @throws StorageError
 */
export function openServerFolder(dataFolder: string, options: ServerOpening): OpenData {
  const folder = prepareDataFolder(dataFolder);
  const path = folder.database;
  using opening = new DisposableStack();
  const lock = opening.use(lockFolder(folder.path, folder.lock, serverWaitMs));
  createDatabaseIfNew(folder);
  // Before SQLite opens the database, and makes the log anew.
  const damage = findLogDamage(path);
  const isLogMissing = readIdentity(`${path}-wal`) === undefined;
  const database = opening.adopt(openDatabase(path, options.durability), close);
  const secret = readKeyFile(folder.key);
  const version = readVersion(database, path);
  if (version > 0)
    checkDatabase(database, path, options.checkWaitMs, (error) => {
      watch.failFinally(error);
    });
  const isCutOff = version > 0 && hasRunMark(database);
  const { transactions, users } = prepare(database, folder, secret, version);
  const watch = new FolderWatch({ ...options, folder, database, lock, secret });
  transactions.guard = watch;
  const held = opening.move();
  return {
    transactions,
    users,
    path,
    watch,
    findings: describeLog(
      `${path}-wal`,
      damage ?? (isCutOff && isLogMissing ? 'missing' : undefined),
    ),
    close: () => {
      closeServer(database, watch);
      held.dispose();
    },
  };
}

/**
 * Opens the users of a data folder, which is made if it is missing, to read and change them beside a server.
 *
 * @throws StorageError
 */
export function openUsersFolder(dataFolder: string): Pick<OpenData, 'users' | 'close'> {
  const folder = prepareDataFolder(dataFolder);
  const path = folder.database;
  using opening = new DisposableStack();
  if (sizeOf(path) === 0) {
    // By whoever has the folder: of two that make one at once both get the same.
    const making = lockFolder(folder.path, folder.lock, migrationWaitMs);
    try {
      createDatabaseIfNew(folder);
    } finally {
      making[Symbol.dispose]();
    }
  }
  // Users are few, and whoever makes one is told that it is there.
  const database = opening.adopt(openDatabase(path, 'full'), close);
  using migrating = new DisposableStack();
  // Tables are changed by whoever has the folder: never under a server, which may be of another version.
  if (readVersion(database, path) < newestVersion)
    migrating.use(lockFolder(folder.path, folder.lock, migrationWaitMs));
  const version = readVersion(database, path);
  const { users } = prepare(database, folder, readKeyFile(folder.key), version);
  const held = opening.move();
  return {
    users,
    close: () => {
      held.dispose();
    },
  };
}

/** Brings the tables up to date. A database is never without users, so that its key file must be there. */
function prepare(
  database: DatabaseSync,
  folder: DataFolder,
  secret: Uint8Array,
  version: number,
): Pick<OpenData, 'transactions' | 'users'> {
  const path = folder.database;
  const keys = new UserKeys(secret);
  const transactions = new Transactions(database);
  if (version < newestVersion) {
    useWriteAheadLog(database, path);
    migrate(transactions, path, () => {
      new SqliteUsers(transactions, keys).seed();
    });
  }
  const users = new SqliteUsers(transactions, keys);
  if (!users.hasMatchingKeys())
    throw new StorageError(
      'WW_ERR_STORAGE_KEY',
      `The key file "${folder.key}" does not belong to the database "${path}". Put back the one that does.`,
    );
  return { transactions, users };
}

function describeLog(log: string, damage: 'damaged' | 'missing' | undefined): readonly string[] {
  if (damage === undefined) return [];
  return [
    damage === 'missing'
      ? `The write-ahead log "${log}" is missing, although the server before did not end as it should: what was answered last is lost.`
      : `The write-ahead log "${log}" is damaged: what was answered after the damage is lost. Put back a copy of the whole folder if you have a newer one.`,
  ];
}

/** The database first, then the lock. */
function closeServer(database: DatabaseSync, watch: FolderWatch): void {
  if (!database.isOpen) return;
  try {
    if (watch.failure === undefined) removeRunMark(database);
  } catch {
    // The next start says that this one did not end as it should, which is true.
  }
  watch.closeDatabase();
}

function close(database: DatabaseSync): void {
  if (database.isOpen) database.close();
}
