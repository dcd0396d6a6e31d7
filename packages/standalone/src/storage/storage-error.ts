import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** Why storage cannot be opened or used, by code. Shown by the command line; the codes are never reused. */
export const storageErrors = {
  WW_ERR_STORAGE_FOLDER: 'The data folder, or a file in it, cannot be made, read or written.',
  WW_ERR_STORAGE_UNREADABLE:
    'The database is damaged, or is no database of wasmwhisk. Put back a copy, or move it away and start anew.',
  WW_ERR_STORAGE_LOST:
    'The data folder or its database was deleted, moved or replaced while a server used it. Put it back, and start again.',
  WW_ERR_STORAGE_NEWER: 'The database was written by a newer wasmwhisk, which must be used.',
  WW_ERR_STORAGE_LOCKED: 'Another server uses the data folder. A folder belongs to one server.',
  WW_ERR_STORAGE_KEY:
    'The key file is missing, may be read by others, is damaged, or belongs to another database.',
  WW_ERR_STORAGE_WRITE: 'Something could not be written: most likely the disk is full.',
  WW_ERR_STORAGE_CLOSED: 'Storage was used after it was closed.',
} as const;

export type StorageErrorCode = keyof typeof storageErrors;

/** What a caller of the API is told: paths are the operator's business. */
const publicReasons: Readonly<Record<StorageErrorCode, string>> = {
  WW_ERR_STORAGE_FOLDER: 'the data folder cannot be used',
  WW_ERR_STORAGE_UNREADABLE: 'the database is damaged',
  WW_ERR_STORAGE_LOST: 'the data folder was deleted, moved or replaced',
  WW_ERR_STORAGE_NEWER: 'the database is of a newer version',
  WW_ERR_STORAGE_LOCKED: 'another process uses the data folder',
  WW_ERR_STORAGE_KEY: 'the key file does not belong to the database',
  WW_ERR_STORAGE_WRITE: 'nothing can be written to the disk',
  WW_ERR_STORAGE_CLOSED: 'the server is ending',
};

export interface StorageErrorOptions extends ErrorOptions {
  /** For callers, without paths. Default: what the code means. */
  readonly reason?: string;
}

/** Storage that cannot be opened or used. `message` names the path and what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;
  /** A clause for callers of the API, such as "the disk is full". */
  readonly reason: string;

  constructor(code: StorageErrorCode, message: string, options?: StorageErrorOptions) {
    super(message, options);
    this.code = code;
    this.reason = options?.reason ?? publicReasons[code];
  }
}

export function isStorageError(error: unknown): error is StorageError {
  return error instanceof StorageError;
}

/** Whether the system refused something with this code, such as `ENOENT`. */
export function hasSystemCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** SQLite's primary result codes that mean something to us. */
const sqliteResults = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  noDatabase: 26,
} as const;

/** The primary result code of an error of `node:sqlite`; `undefined` for every other error. */
function sqliteResultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  // The low byte: the rest tells variants apart.
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Whether another connection holds what was wanted, for longer than we waited. */
export function isBusy(error: unknown): boolean {
  const result = sqliteResultOf(error);
  return result === sqliteResults.busy || result === sqliteResults.locked;
}

/** Says what an error means that came up while a file was opened or made ready. Own errors stay as they are. */
export function toStorageError(error: unknown, path: string): StorageError {
  if (isStorageError(error)) return error;
  const told = toKnownError(error, path);
  if (told !== undefined) return told;
  return new StorageError(
    'WW_ERR_STORAGE_FOLDER',
    `"${path}" cannot be used (${messageOf(error)}). Check that it may be read and written by this user, or choose another data folder.`,
    { cause: error },
  );
}

/** Says what an error means that came up while something was read or written. What is no fault of storage stays as it is. */
export function toUseError(error: unknown, path: string): unknown {
  return isStorageError(error) ? error : (toKnownError(error, path) ?? error);
}

/** Whether SQLite itself found the database damaged. */
export function isDamage(error: unknown): error is StorageError {
  return (
    isStorageError(error) &&
    error.code === 'WW_ERR_STORAGE_UNREADABLE' &&
    sqliteResultOf(error.cause) !== undefined
  );
}

/** What the result of SQLite, or the code of the system, says by itself. */
function toKnownError(error: unknown, path: string): StorageError | undefined {
  switch (sqliteResultOf(error)) {
    case sqliteResults.corrupt:
    case sqliteResults.noDatabase:
      return damaged(path, messageOf(error), error);
    case sqliteResults.busy:
    case sqliteResults.locked:
      return new StorageError(
        'WW_ERR_STORAGE_LOCKED',
        `"${path}" is held by another process (${messageOf(error)}). End that process first.`,
        { cause: error },
      );
    case sqliteResults.full:
      return unwritable(path, error, 'the disk is full');
    case sqliteResults.inputOutput:
      // Also when the disk is full: what SQLite maps into memory it cannot tell apart.
      return unwritable(
        path,
        error,
        isDiskFull(path) ? 'the disk is full' : 'the disk answered with an error',
      );
    case sqliteResults.readOnly:
    case sqliteResults.cannotOpen:
      return unusable(path, error);
    default:
      return toKnownSystemError(error, path);
  }
}

function toKnownSystemError(error: unknown, path: string): StorageError | undefined {
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].some((code) => hasSystemCode(error, code)))
    return unwritable(path, error, 'the disk is full');
  if (['EROFS', 'EACCES', 'EPERM'].some((code) => hasSystemCode(error, code)))
    return unusable(path, error);
  if (hasSystemCode(error, 'EMFILE') || hasSystemCode(error, 'ENFILE'))
    return new StorageError(
      'WW_ERR_STORAGE_FOLDER',
      `"${path}" cannot be opened (${messageOf(error)}). Let this process open more files (ulimit -n).`,
      { cause: error },
    );
  return undefined;
}

/** A database that SQLite cannot read, or in which something is not what was written. */
export function damaged(path: string, reason: string, cause?: unknown): StorageError {
  return new StorageError(
    'WW_ERR_STORAGE_UNREADABLE',
    `"${path}" is damaged or is no database (${reason}). Put back a copy, or move it away and start anew.`,
    { cause },
  );
}

function unwritable(path: string, cause: unknown, reason: string): StorageError {
  return new StorageError(
    'WW_ERR_STORAGE_WRITE',
    `"${path}" cannot be written: ${reason} (${messageOf(cause)}). Make room on its disk, and see that it may be written.`,
    { cause, reason },
  );
}

function unusable(path: string, cause: unknown): StorageError {
  return new StorageError(
    'WW_ERR_STORAGE_FOLDER',
    `"${path}" cannot be used (${messageOf(cause)}). Check that it may be read and written by this user, that its disk is not read-only, or choose another data folder.`,
    { cause, reason: 'the data folder may not be read and written' },
  );
}

/** Less than a log needs to begin. */
const roomMin = 65_536;

function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < roomMin;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
