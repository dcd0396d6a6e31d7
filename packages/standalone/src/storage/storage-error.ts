/** Why storage cannot be opened or used, by code. Shown by the command line; the codes are never reused. */
export const storageErrors = {
  WW_ERR_STORAGE_FOLDER: 'The data folder, or a file in it, cannot be made, read or written.',
  WW_ERR_STORAGE_UNREADABLE:
    'The database is damaged, or is no database of wasmwhisk. Put back a copy, or move it away and start anew.',
  WW_ERR_STORAGE_NEWER: 'The database was written by a newer wasmwhisk, which must be used.',
  WW_ERR_STORAGE_LOCKED: 'Another server uses the data folder. A folder belongs to one server.',
  WW_ERR_STORAGE_KEY:
    'The key file is missing, may be read by others, is damaged, or belongs to another database.',
  WW_ERR_STORAGE_WRITE: 'Something could not be written: most likely the disk is full.',
  WW_ERR_STORAGE_CLOSED: 'Storage was used after it was closed.',
} as const;

export type StorageErrorCode = keyof typeof storageErrors;

/** Storage that cannot be opened or used. `message` names the path and what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
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
  const cause = { cause: error };
  const reason = error instanceof Error ? error.message : String(error);
  switch (sqliteResultOf(error)) {
    case sqliteResults.corrupt:
    case sqliteResults.noDatabase:
      return new StorageError(
        'WW_ERR_STORAGE_UNREADABLE',
        `"${path}" is damaged or is no database (${reason}). Put back a copy, or move it away and start anew.`,
        cause,
      );
    case sqliteResults.busy:
    case sqliteResults.locked:
      return new StorageError(
        'WW_ERR_STORAGE_LOCKED',
        `"${path}" is held by another process (${reason}). End that process first.`,
        cause,
      );
    case sqliteResults.full:
      return new StorageError(
        'WW_ERR_STORAGE_WRITE',
        `"${path}" cannot be written (${reason}). Make room on its disk.`,
        cause,
      );
    default:
      return new StorageError(
        'WW_ERR_STORAGE_FOLDER',
        `"${path}" cannot be used (${reason}). Check that it may be read and written by this user, or choose another data folder.`,
        cause,
      );
  }
}

/** Says what an error means that came up while something was written. What is no fault of storage stays as it is. */
export function toWriteError(error: unknown, path: string): unknown {
  switch (sqliteResultOf(error)) {
    case sqliteResults.full:
    case sqliteResults.inputOutput:
    case sqliteResults.readOnly:
    case sqliteResults.cannotOpen:
      return new StorageError(
        'WW_ERR_STORAGE_WRITE',
        `"${path}" cannot be written (${error instanceof Error ? error.message : String(error)}). Make room on its disk, and see that it may be written.`,
        { cause: error },
      );
    case sqliteResults.corrupt:
    case sqliteResults.busy:
    case sqliteResults.locked:
      return toStorageError(error, path);
    default:
      return error;
  }
}
