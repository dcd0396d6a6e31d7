import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** `SQLITE_BUSY`: somebody else holds the lock. */
const busyCode = 5;

/**
 * A lock on a file that the kernel lets go when its process ends, however it ends: SQLite's exclusive
 * lock, an `fcntl` record lock on Linux. Unlike a process id it means the same in every PID namespace
 * that sees the file. Node.js has no other call for one.
 */
export class FolderLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Takes the lock, making its file. `held`: somebody else has it. `unavailable`: the file cannot be
   * made or locked here, such as without permission, or on a file system without locks.
   */
  static take(file: string): FolderLock | 'held' | 'unavailable' {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(file, { timeout: 0 });
      // In memory: no journal file appears beside. Nothing is ever written.
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database?.close();
      return isBusy(error) ? 'held' : 'unavailable';
    }
    // Whoever sweeps may have removed the file between its opening and its locking.
    if (existsSync(file)) return new FolderLock(database);
    database.close();
    return 'unavailable';
  }

  release(): void {
    this.#database.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === busyCode;
}
