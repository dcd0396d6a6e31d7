import { DatabaseSync } from 'node:sqlite';
import { createPrivateFile } from './data-folder.js';
import { isSameFile, readIdentity } from './file-identity.js';
import { isBusy, StorageError, toStorageError } from './storage-error.js';

/** A data folder that is held. */
export interface FolderLock extends Disposable {
  /**
   * Takes the folder again where the file of the lock was removed or replaced, so that no other server
   * takes it meanwhile.
   *
   * @returns whether that was so
   * @throws StorageError `WW_ERR_STORAGE_LOCKED` when another server was faster
   */
  retake(): boolean;
}

/**
 * Takes a data folder for this process. SQLite's lock on a file of its own serves as ours: the system
 * drops it with the process however that ends, and unlike a file with a process id it cannot go stale.
 *
 * @param waitMs how long to wait for another holder
 * @throws StorageError `WW_ERR_STORAGE_LOCKED`
 */
export function lockFolder(dataFolder: string, path: string, waitMs: number): FolderLock {
  let held = takeLock(dataFolder, path, waitMs);
  let identity = readIdentity(path);
  return {
    retake: () => {
      if (isSameFile(readIdentity(path), identity)) return false;
      const former = held;
      held = takeLock(dataFolder, path, 0);
      identity = readIdentity(path);
      former.close();
      return true;
    },
    [Symbol.dispose](): void {
      if (held.isOpen) held.close();
    },
  };
}

function takeLock(dataFolder: string, path: string, waitMs: number): DatabaseSync {
  createPrivateFile(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: waitMs });
    // Nothing is ever written, so that no journal needs to lie beside it.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if (!isBusy(error)) throw toStorageError(error, path);
    throw new StorageError(
      'WW_ERR_STORAGE_LOCKED',
      `Another wasmwhisk uses the data folder "${dataFolder}". End it first, or choose another data folder.`,
      { cause: error },
    );
  }
}
