import { DatabaseSync } from 'node:sqlite';
import { toStorageError } from './storage-error.js';

/** How long a write waits for that of another process, which are the commands about users. */
const busyTimeoutMs = 5000;

/** What an answer survives: `normal` the end of the process, `full` that of the system too. */
export type Durability = 'normal' | 'full';

/**
 * Opens a connection, without looking at tables or versions.
 *
 * @param path `:memory:`, or an existing file
 * @throws StorageError
 */
export function openDatabase(path: string, durability: Durability = 'normal'): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    // The defensive flag keeps SQL, even hostile one, from damaging the file.
    database = new DatabaseSync(path, { timeout: busyTimeoutMs, defensive: true });
    database.exec(pragmas);
    if (durability === 'full') database.exec('PRAGMA synchronous = FULL');
    return database;
  } catch (error) {
    database?.close();
    throw toStorageError(error, path);
  }
}

/*
 * Write-ahead log with synchronous = NORMAL: a commit has written to the log, but does not wait for the
 * disk. A process that is killed loses nothing that was committed, for the written pages belong to the
 * system by then. A power loss or a crash of the system may lose the last commits, in most cases those of
 * the last seconds, but never leaves half a transaction or a damaged file: before pages of the log go
 * into the file, both are synchronised. FULL, for those who ask for it
 * (`storage.durability`), has every commit wait for the disk, during which nothing is answered.
 */
const pragmas = `
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;
  -- In KiB. Taken as it is used.
  PRAGMA cache_size = -65536;
  -- In pages: at 4 MiB of log a commit brings them into the file, which takes some milliseconds. Measured,
  -- longer intervals and a thread that does it aside made the longest waits longer, not shorter.
  PRAGMA wal_autocheckpoint = 1000;
  -- What the log of a large transaction takes on the disk is given back.
  PRAGMA journal_size_limit = 16777216;
`;

/** Switches a file to the write-ahead log, which it then remembers. Not in a transaction. */
export function useWriteAheadLog(database: DatabaseSync, path: string): void {
  try {
    database.exec('PRAGMA journal_mode = WAL');
  } catch (error) {
    throw toStorageError(error, path);
  }
}
