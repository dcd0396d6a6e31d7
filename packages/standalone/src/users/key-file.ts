import { randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { isOpenToOthers } from '../storage/data-folder.js';
import { hasSystemCode, StorageError, toStorageError } from '../storage/storage-error.js';

export const secretBytes = 32;

/**
 * Reads the secret of a data folder.
 *
 * @throws StorageError `WW_ERR_STORAGE_KEY` when it is missing, others may read it, or its length is wrong
 */
export function readKeyFile(path: string): Uint8Array {
  let secret: Uint8Array;
  try {
    if (isOpenToOthers(path))
      throw new StorageError(
        'WW_ERR_STORAGE_KEY',
        `Others than its owner may read the key file "${path}". If nobody has, run \`chmod 600 "${path}"\`.`,
      );
    secret = readFileSync(path);
  } catch (error) {
    if (!hasSystemCode(error, 'ENOENT')) throw toStorageError(error, path);
    throw new StorageError(
      'WW_ERR_STORAGE_KEY',
      `The key file "${path}" is missing: without it nobody can be authenticated. Put back a copy.`,
      { cause: error },
    );
  }
  if (secret.length !== secretBytes)
    throw new StorageError(
      'WW_ERR_STORAGE_KEY',
      `The key file "${path}" has ${String(secret.length)} bytes instead of ${String(secretBytes)}. Put back a copy.`,
    );
  return secret;
}

/**
 * The secret of a new data folder: made, or the one that is there. It appears as a whole or not at all,
 * and of two processes that make one at once both get the same.
 *
 * @throws StorageError as `readKeyFile`
 */
export function readOrCreateKeyFile(path: string): Uint8Array {
  createKeyFile(path, randomBytes(secretBytes));
  return readKeyFile(path);
}

/**
 * Puts a secret where none is.
 *
 * @throws StorageError when it cannot be written
 */
export function createKeyFile(path: string, secret: Uint8Array): void {
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      // All of it, or an error: a full disk may take a part.
      writeFileSync(file, secret);
      // Not lost while the users that need it stay.
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // Unlike a rename, this leaves one that is there.
    linkSync(temporary, path);
    synchronize(dirname(path));
  } catch (error) {
    if (!hasSystemCode(error, 'EEXIST')) throw toStorageError(error, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Has the disk keep the names in a folder. Windows opens no folders, and keeps them by itself. */
export function synchronize(folder: string): void {
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
