import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Row } from './row-values.js';

/** A prepared statement whose rows are arrays, which cost less than objects. */
export class RowStatement {
  readonly #statement: StatementSync;

  constructor(database: DatabaseSync, sql: string) {
    this.#statement = database.prepare(sql);
    this.#statement.setReturnArrays(true);
  }

  get(...parameters: readonly SQLInputValue[]): Row | undefined {
    // The types of Node describe rows as objects only.
    return this.#statement.get(...parameters) as unknown as Row | undefined;
  }

  all(...parameters: readonly SQLInputValue[]): readonly Row[] {
    return this.#statement.all(...parameters) as unknown as readonly Row[];
  }

  /** @returns how many rows changed. */
  run(...parameters: readonly SQLInputValue[]): number {
    return Number(this.#statement.run(...parameters).changes);
  }
}
