import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Row } from './row-values.js';
import { toUseError } from './storage-error.js';

/** A prepared statement whose rows are arrays, which cost less than objects. What the disk refuses is a StorageError. */
export class RowStatement {
  readonly #database: DatabaseSync;
  readonly #statement: StatementSync;

  constructor(database: DatabaseSync, sql: string) {
    this.#database = database;
    this.#statement = this.#try(() => database.prepare(sql));
    this.#statement.setReturnArrays(true);
  }

  get(...parameters: readonly SQLInputValue[]): Row | undefined {
    // The types of Node describe rows as objects only.
    return this.#try(() => this.#statement.get(...parameters)) as unknown as Row | undefined;
  }

  all(...parameters: readonly SQLInputValue[]): readonly Row[] {
    return this.#try(() => this.#statement.all(...parameters)) as unknown as readonly Row[];
  }

  /** @returns how many rows changed. */
  run(...parameters: readonly SQLInputValue[]): number {
    return Number(this.#try(() => this.#statement.run(...parameters)).changes);
  }

  #try<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw toUseError(error, this.#database.location() ?? ':memory:');
    }
  }
}
