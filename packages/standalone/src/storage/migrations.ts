import type { DatabaseSync } from 'node:sqlite';
import { RowStatement } from './row-statement.js';
import { toNumber } from './row-values.js';
import { StorageError, toStorageError } from './storage-error.js';
import type { Transactions } from './transactions.js';

/** Marks a SQLite file as ours: "WWSK". */
const applicationId = 0x5757534b;

/**
 * The tables, as changes to what was before: number n leads from version n to n + 1. A published one
 * is never edited.
 */
export const migrations: readonly string[] = [
  `
  -- Facts about the database itself.
  CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

  -- A change writes a new row with the greatest id, so that id settles the order of changes of one millisecond.
  CREATE TABLE entities (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL,
    package TEXT,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    updated INTEGER NOT NULL,
    -- Whether strangers see it in lists.
    listed INTEGER NOT NULL,
    -- Of a rule that is linked: the path of its trigger.
    linked_trigger TEXT,
    -- Of an action with code.
    code_digest TEXT,
    -- The whole entity as JSON.
    document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX entities_by_type ON entities (namespace, type, updated);
  CREATE INDEX entities_by_package ON entities (namespace, package, updated) WHERE package IS NOT NULL;
  CREATE INDEX entities_by_trigger ON entities (linked_trigger) WHERE linked_trigger IS NOT NULL;
  CREATE INDEX entities_by_code ON entities (code_digest) WHERE code_digest IS NOT NULL;

  CREATE TABLE codes (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;

  -- What may be long stands last: SQLite reads a row from its beginning and only as far as it must.
  CREATE TABLE activations (
    sequence INTEGER PRIMARY KEY,
    activation_id BLOB NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    package TEXT,
    start INTEGER NOT NULL,
    end INTEGER,
    subject TEXT NOT NULL,
    version TEXT NOT NULL,
    cause BLOB,
    duration INTEGER,
    status INTEGER NOT NULL,
    annotations TEXT NOT NULL,
    result_bytes INTEGER,
    result TEXT,
    logs TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX activations_by_id ON activations (activation_id);
  CREATE INDEX activations_by_start ON activations (namespace, start);
  CREATE INDEX activations_by_name ON activations (namespace, name, package, start);

  -- Activations that were answered with their id alone, and have no record yet.
  CREATE TABLE accepted_activations (
    activation_id BLOB PRIMARY KEY,
    document TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE api_routes (
    namespace TEXT NOT NULL,
    base_path TEXT NOT NULL,
    relative_path TEXT NOT NULL,
    method TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (namespace, base_path, relative_path, method)
  ) STRICT;

  -- An id is never used twice: what is kept in memory about a user is kept by it.
  CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL UNIQUE,
    uuid TEXT NOT NULL UNIQUE,
    -- HMAC-SHA-256 of uuid:key.
    digest BLOB NOT NULL UNIQUE,
    -- The key, encrypted: nonce, ciphertext, tag.
    sealed_key BLOB NOT NULL
  ) STRICT;
  `,
];

/** The version of a database that is up to date. */
export const newestVersion: number = migrations.length;

/**
 * Which version a database has; 0 for one without tables.
 *
 * @throws StorageError `WW_ERR_STORAGE_NEWER`; `WW_ERR_STORAGE_UNREADABLE` when it is damaged or of another program
 */
export function readVersion(
  database: DatabaseSync,
  path: string,
  steps: readonly string[] = migrations,
): number {
  try {
    const version = readNumber(database, 'PRAGMA user_version');
    const owner = readNumber(database, 'PRAGMA application_id');
    const isEmpty = readNumber(database, 'SELECT count(*) FROM sqlite_schema') === 0;
    if (isEmpty && version === 0 && owner === 0) return 0;
    if (owner !== applicationId)
      throw new StorageError(
        'WW_ERR_STORAGE_UNREADABLE',
        `"${path}" is a database of another program. Move it away, or choose another data folder.`,
      );
    if (version > steps.length)
      throw new StorageError(
        'WW_ERR_STORAGE_NEWER',
        `"${path}" has version ${String(version)}, and this wasmwhisk knows versions up to ${String(steps.length)}. Use the newer wasmwhisk that wrote it, or another data folder.`,
      );
    return version;
  } catch (error) {
    throw toStorageError(error, path);
  }
}

/**
 * Brings a database to the newest version, in one transaction.
 *
 * @param seed fills a database that had no tables, in the same transaction
 * @throws StorageError as `readVersion`, and when it cannot be written
 */
export function migrate(
  transactions: Transactions,
  path: string,
  seed: () => void,
  steps: readonly string[] = migrations,
): void {
  const { database } = transactions;
  try {
    transactions.run(() => {
      // Within the transaction, where nobody else can change it.
      const version = readVersion(database, path, steps);
      for (const step of steps.slice(version)) database.exec(step);
      // Pragmas take no parameters.
      database.exec(`PRAGMA application_id = ${String(applicationId)}`);
      database.exec(`PRAGMA user_version = ${String(steps.length)}`);
      if (version === 0) seed();
    });
  } catch (error) {
    throw toStorageError(error, path);
  }
}

function readNumber(database: DatabaseSync, sql: string): number {
  return toNumber(new RowStatement(database, sql).get()?.[0]);
}
