import { openUsersFolder } from '../storage/open-data.js';
import { StorageError } from '../storage/storage-error.js';
import type { Users } from './users.js';

export interface UsersOptions {
  /** Of the server; made if it is missing. Not empty. */
  readonly dataFolder: string;
}

/** Users that were opened without the rest. */
export interface OpenedUsers extends Disposable {
  readonly users: Users;
}

/**
 * Opens the users of a data folder, also while a server uses it: that sees changes at its next request.
 *
 * @throws StorageError; `WW_ERR_STORAGE_LOCKED` when the database has to be brought up to date while a
 *   server of an older version uses it
 */
export function openUsers({ dataFolder }: UsersOptions): OpenedUsers {
  if (dataFolder === '')
    throw new StorageError(
      'WW_ERR_STORAGE_FOLDER',
      'Without a data folder users live in the memory of their server. Name the data folder of the server.',
    );
  const { users, close } = openUsersFolder(dataFolder);
  return { users, [Symbol.dispose]: close };
}
