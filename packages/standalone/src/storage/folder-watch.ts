import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  truncateSync,
} from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { createKeyFile } from '../users/key-file.js';
import type { DataFolder } from './data-folder.js';
import { useWriteAheadLog } from './database.js';
import { isSameFile, readIdentity, type FileIdentity } from './file-identity.js';
import type { FolderLock } from './folder-lock.js';
import { RunMark } from './run-mark.js';
import { StorageError, toStorageError } from './storage-error.js';
import type { TransactionGuard } from './transactions.js';

/** How often everything is looked at; what is written is looked at after every commit. */
const intervalMs = 250;
/** SQLite gives back what the log takes beyond this (`journal_size_limit`); below, it never shrinks. */
const logKeptBytes = 16_777_216;
/** How long mending waits for a command that uses the database: nothing is answered meanwhile. */
const mendBusyMs = 100;
const usualBusyMs = 5000;

export interface FolderWatchOptions {
  readonly folder: DataFolder;
  readonly database: DatabaseSync;
  readonly lock: FolderLock;
  readonly secret: Uint8Array;
  /** How long a failure may last before it is given up. */
  readonly lostWaitMs: number;
  /** Told what was put right again. */
  readonly onMended: (text: string) => void;
  /** Told of each failure, when it is noticed. */
  readonly onNoticed: (error: StorageError) => void;
  /** Told once, of a failure that nobody put right. */
  readonly onFailed: (error: StorageError) => void;
}

/**
 * Watches over the files of a data folder while a server uses it. SQLite goes on writing to a file that
 * was deleted or replaced, and what it wrote is nowhere afterwards. What can be put right is: a log, an
 * index, a key file or a lock that were removed. Everything else is a failure, during which nothing is
 * read or written; it ends when the files are back.
 */
export class FolderWatch implements TransactionGuard, Disposable {
  readonly #options: FolderWatchOptions;
  readonly #log: string;
  readonly #index: string;
  readonly #mark: RunMark;
  readonly #timer: NodeJS.Timeout;
  readonly #databaseFile: FileIdentity | undefined;
  #databaseChangedMs: number;
  #logFile: FileIdentity | undefined;
  #indexFile: FileIdentity | undefined;
  #keyFile: FileIdentity | undefined;
  #failure: StorageError | undefined;
  /** When it was noticed, by the monotonic clock. */
  #failedAt = 0;
  /** Nothing that comes back helps: the content is another one. */
  #isFinal = false;
  #isTold = false;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    const { folder, database } = options;
    this.#log = `${folder.database}-wal`;
    this.#index = `${folder.database}-shm`;
    this.#mark = new RunMark(database, folder.database);
    this.#databaseFile = readIdentity(folder.database);
    this.#databaseChangedMs = this.#databaseFile?.changedMs ?? 0;
    this.#keyFile = readIdentity(folder.key);
    this.#rememberLog();
    this.#timer = setInterval(() => {
      this.check();
    }, intervalMs).unref();
  }

  get failure(): StorageError | undefined {
    return this.#failure;
  }

  assertUsable(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Whether what was just committed lies where a next server will look for it. Cheap, because it is asked so often. */
  afterCommit(): void {
    try {
      const { database } = this.#options.folder;
      const file = readIdentity(database);
      const isUnchanged =
        file?.changedMs === this.#databaseChangedMs && isSameFile(file, this.#databaseFile);
      if (isUnchanged && isSameFile(readIdentity(this.#log), this.#logFile)) return;
    } catch {
      // Looked at below.
    }
    this.check();
    this.assertUsable();
  }

  /** Looks at everything, mends what can be mended, and notices what cannot. */
  check(): void {
    if (this.#isFinal) {
      this.#giveUpInTime();
      return;
    }
    const found = this.#find();
    if (found !== undefined) this.#fail(found);
    else if (this.#failure !== undefined) {
      this.#failure = undefined;
      this.#options.onMended('the data folder is as it was again');
    }
  }

  /** Somebody found the content damaged: nothing that comes back helps. */
  failFinally(error: StorageError): void {
    this.#isFinal = true;
    this.#fail(error);
  }

  /** Closes the database, and then what is held open beside it. Files of others that lie in our places stay. */
  closeDatabase(): void {
    clearInterval(this.#timer);
    const foreign = [
      [this.#log, this.#logFile] as const,
      [this.#index, this.#indexFile] as const,
    ].filter(([path, ours]) => {
      const there = identityOrNone(path);
      return there !== undefined && !isSameFile(there, ours);
    });
    // SQLite removes both by their names, whatever lies there.
    for (const [path] of foreign) renameSync(path, `${path}.kept`);
    try {
      this.#options.database.close();
    } finally {
      for (const [path] of foreign) renameSync(`${path}.kept`, path);
      this.#mark[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#mark[Symbol.dispose]();
  }

  #fail(error: StorageError): void {
    if (this.#failure === undefined) {
      this.#failedAt = performance.now();
      this.#failure = error;
      this.#options.onNoticed(error);
    }
    this.#failure = error;
    this.#giveUpInTime();
  }

  #giveUpInTime(): void {
    if (this.#failure === undefined || this.#isTold) return;
    if (performance.now() - this.#failedAt < this.#options.lostWaitMs) return;
    this.#isTold = true;
    this.#options.onFailed(this.#failure);
  }

  /** @returns what is wrong and cannot be mended */
  #find(): StorageError | undefined {
    const { folder } = this.#options;
    try {
      return this.#findLost() ?? this.#mend();
    } catch (error) {
      return toStorageError(error, folder.path);
    }
  }

  #findLost(): StorageError | undefined {
    const { path, database } = this.#options.folder;
    const file = readIdentity(database);
    if (file === undefined)
      return lost(
        readIdentity(path) === undefined
          ? `The data folder "${path}" was deleted or moved while a server used it`
          : `The database "${database}" was deleted or moved while a server used it`,
      );
    if (!isSameFile(file, this.#databaseFile))
      return lost(`The database "${database}" was replaced by another file while a server used it`);
    if (file.changedMs !== this.#databaseChangedMs) {
      if (!this.#mark.isThere()) {
        this.#isFinal = true;
        this.#setLogAside();
        return lost(`The database "${database}" was overwritten while a server used it`);
      }
      this.#databaseChangedMs = file.changedMs;
    }
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    accessSync(database, constants.R_OK | constants.W_OK);
    return undefined;
  }

  #mend(): StorageError | undefined {
    const { folder, lock, onMended } = this.#options;
    if (lock.retake()) onMended(`the lock "${folder.lock}" was removed, and is there again`);
    return this.#mendLog() ?? this.#mendKey();
  }

  #mendLog(): StorageError | undefined {
    const log = readIdentity(this.#log);
    const isThere = isSameFile(log, this.#logFile);
    if (isThere && log !== undefined && this.#isCut(log)) {
      this.#isFinal = true;
      return lost(`The write-ahead log "${this.#log}" was overwritten while a server used it`);
    }
    if (isThere && isSameFile(readIdentity(this.#index), this.#indexFile)) {
      this.#logFile = log;
      return undefined;
    }
    const { database, folder, onMended } = this.#options;
    // What was written to the log that is gone goes into the database, and a new log is begun.
    database.exec(`PRAGMA busy_timeout = ${String(mendBusyMs)}`);
    try {
      database.exec('PRAGMA journal_mode = DELETE');
      useWriteAheadLog(database, folder.database);
      database.exec('BEGIN IMMEDIATE; COMMIT');
    } finally {
      database.exec(`PRAGMA busy_timeout = ${String(usualBusyMs)}`);
    }
    this.#databaseChangedMs = 0;
    this.#rememberLog();
    onMended(
      `the write-ahead log "${this.#log}" or its index was removed; nothing of it is lost, and it is there again`,
    );
    return undefined;
  }

  /** Whether the log is shorter than it was, or does not begin as one. */
  #isCut(log: FileIdentity): boolean {
    const { size: formerBytes = 0 } = this.#logFile ?? {};
    if (log.size < Math.min(formerBytes, logKeptBytes)) return true;
    return log.size > 0 && !beginsAsLog(this.#log);
  }

  #mendKey(): StorageError | undefined {
    const { folder, secret, onMended } = this.#options;
    const key = readIdentity(folder.key);
    if (key === undefined) {
      createKeyFile(folder.key, secret);
      onMended(`the key file "${folder.key}" was removed, and is there again`);
    } else if (isSameFile(key, this.#keyFile) && key.changedMs === this.#keyFile?.changedMs) {
      return undefined;
    } else if (!readFileSync(folder.key).equals(secret)) {
      return new StorageError(
        'WW_ERR_STORAGE_KEY',
        `The key file "${folder.key}" was replaced by another while a server used it. Put back the one that belongs to the database.`,
      );
    }
    this.#keyFile = readIdentity(folder.key);
    return undefined;
  }

  #rememberLog(): void {
    this.#logFile = readIdentity(this.#log);
    this.#indexFile = readIdentity(this.#index);
  }

  /**
   * The log is of the database that was overwritten: written into this one, as SQLite does when it
   * closes and at the next start, it would damage it.
   */
  #setLogAside(): void {
    if (!isSameFile(readIdentity(this.#log), this.#logFile)) return;
    copyFileSync(this.#log, `${this.#log}.lost`);
    truncateSync(this.#log, 0);
  }
}

function beginsAsLog(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const magic = Buffer.alloc(4);
    readSync(file, magic, 0, 4, 0);
    return (magic.readUInt32BE(0) & 0xfffffffe) >>> 0 === 0x377f0682;
  } finally {
    closeSync(file);
  }
}

function identityOrNone(path: string): FileIdentity | undefined {
  try {
    return readIdentity(path);
  } catch {
    return undefined;
  }
}

function lost(what: string): StorageError {
  return new StorageError(
    'WW_ERR_STORAGE_LOST',
    `${what}. Nothing is served from it. Put it back as it was, or end this server and start it on another folder.`,
  );
}
