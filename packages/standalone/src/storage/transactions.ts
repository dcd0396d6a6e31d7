import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { toUseError } from './storage-error.js';

type Undo = () => void;

/** What watches over the file: both throw when what is written there would be lost. */
export interface TransactionGuard {
  assertUsable(): void;
  afterCommit(): void;
}

/**
 * Transactions of one connection, nested by savepoints. What is kept in memory beside the database is
 * undone with them: by functions that are given while a transaction is open.
 */
export class Transactions {
  readonly database: DatabaseSync;
  // Prepared, because every group of records has a transaction.
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  /** One list for each open level. */
  readonly #undos: Undo[][] = [];
  /** Set once the file is watched; of a database in memory never. */
  guard: TransactionGuard | undefined;

  constructor(database: DatabaseSync) {
    this.database = database;
    // Immediate: a read that turns into a write later could find the file changed, and fail.
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
  }

  /**
   * Runs all or nothing. `work` must be synchronous: everything else would land in its transaction.
   *
   * @throws StorageError when the disk refuses it, or the file is not where it was
   */
  run<Result>(work: () => Result): Result {
    const depth = this.#undos.length;
    this.#enter(depth);
    this.#undos.push([]);
    try {
      const result = work();
      if (result instanceof Promise)
        throw new TypeError('The work of a transaction must be synchronous.');
      this.#leave(depth);
      // What the inner level did is undone with the outer one.
      const undos = this.#undos.pop() ?? [];
      this.#undos.at(-1)?.push(...undos);
      return result;
    } catch (error) {
      this.#rollBack(depth);
      throw this.#toUseError(error);
    }
  }

  /** Has something undone if the innermost open transaction, or one around it, is rolled back. */
  onRollback(undo: Undo): void {
    this.#undos.at(-1)?.push(undo);
  }

  get isOpen(): boolean {
    return this.#undos.length > 0;
  }

  #enter(depth: number): void {
    if (depth === 0) {
      this.guard?.assertUsable();
      try {
        this.#begin.run();
      } catch (error) {
        throw this.#toUseError(error);
      }
      return;
    }
    // A full disk rolls back everything at once; a savepoint would silently begin a transaction of its own.
    if (!this.database.isTransaction)
      throw new Error('The transaction around this one has been rolled back.');
    this.database.exec(`SAVEPOINT level${String(depth)}`);
  }

  #leave(depth: number): void {
    if (depth === 0) {
      this.#commit.run();
      this.guard?.afterCommit();
    } else this.database.exec(`RELEASE level${String(depth)}`);
  }

  #rollBack(depth: number): void {
    const undos = this.#undos.pop() ?? [];
    try {
      if (!this.database.isTransaction) return;
      const name = `level${String(depth)}`;
      this.database.exec(depth === 0 ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`);
    } finally {
      for (const undo of undos.reverse()) undo();
    }
  }

  #toUseError(error: unknown): unknown {
    return toUseError(error, this.database.location() ?? ':memory:');
  }
}
