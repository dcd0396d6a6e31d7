import { DatabaseSync } from 'node:sqlite';
import { createPrivateFile } from './data-folder.js';
import { isBusy, StorageError, toStorageError } from './storage-error.js';

/**
 * Takes a data folder for this process. SQLite's lock on a file of its own serves as ours: the system
 * drops it with the process however that ends, and unlike a file with a process id it cannot go stale.
 *
 * @param waitMs how long to wait for another holder
 * @throws StorageError `WW_ERR_STORAGE_LOCKED`
 */
export function lockFolder(dataFolder: string, path: string, waitMs: number): Disposable {
  createPrivateFile(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: waitMs });
    // Nothing is ever written, so that no journal needs to lie beside it.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (!isBusy(error)) throw toStorageError(error, path);
    throw new StorageError(
      'WW_ERR_STORAGE_LOCKED',
      `Another wasmwhisk uses the data folder "${dataFolder}". End it first, or choose another data folder.`,
      { cause: error },
    );
  }
  const held = database;
  return {
    [Symbol.dispose](): void {
      if (held.isOpen) held.close();
    },
  };
}
