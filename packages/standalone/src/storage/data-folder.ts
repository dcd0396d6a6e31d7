import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hasSystemCode, StorageError, toStorageError } from './storage-error.js';

/** What lies where in a data folder; absolute paths. */
export interface DataFolder {
  readonly path: string;
  readonly database: string;
  /** Held by the server that uses the folder. */
  readonly lock: string;
  /** 32 random bytes that the users' keys are hashed and sealed with. */
  readonly key: string;
}

/** Bits of a file mode that let others than the owner in. */
const othersMode = 0o077;

/**
 * Makes the data folder if it is missing, readable for its owner alone.
 *
 * @throws StorageError `WW_ERR_STORAGE_FOLDER`
 */
export function prepareDataFolder(dataFolder: string): DataFolder {
  const path = resolve(dataFolder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw toStorageError(error, path);
  }
  const database = join(path, 'wasmwhisk.db');
  // What lies there from elsewhere, such as a copy that was put back, is made private too.
  if (existsSync(database) && isOpenToOthers(database)) changeToPrivate(database);
  return { path, database, lock: join(path, 'wasmwhisk.lock'), key: join(path, 'key') };
}

/**
 * Makes an empty file for its owner alone, unless there is one. SQLite gives its other files the same
 * mode. One that exists is not opened: closing it again would drop every lock of this process on it.
 *
 * @throws StorageError `WW_ERR_STORAGE_FOLDER`
 */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!hasSystemCode(error, 'EEXIST')) throw toStorageError(error, path);
  }
  assertFile(path);
}

/** @throws StorageError `WW_ERR_STORAGE_FOLDER`; also of a link that leads nowhere, which exists and is no file */
export function assertFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new StorageError(
      'WW_ERR_STORAGE_FOLDER',
      `"${path}" is no file. Move it away, or choose another data folder.`,
    );
}

/** Whether others than its owner may read or write a file. Windows has no such modes: never there. */
export function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & othersMode) !== 0;
}

function changeToPrivate(path: string): void {
  try {
    chmodSync(path, 0o600);
  } catch (error) {
    throw toStorageError(error, path);
  }
}
