import { hash } from 'node:crypto';
import { RowStatement } from './row-statement.js';
import { toBytes } from './row-values.js';
import type { CodeStore } from './stores.js';
import type { Transactions } from './transactions.js';

/** Most pieces of code that were put and are not referred to yet; the oldest go first. */
const unclaimedMax = 256;

/** Code in a table of its own. Which of it is in use, the entities say. */
export class SqliteCodeStore implements CodeStore {
  /**
   * Put since the start, and not yet referred to by an action that was put. While it is here, code is
   * kept: an upload must not lose its code because the last other action with the same code goes meanwhile.
   */
  readonly #unclaimed = new Set<string>();
  readonly #has: RowStatement;
  readonly #insert: RowStatement;
  readonly #select: RowStatement;
  readonly #deleteUnused: RowStatement;
  readonly #deleteAllUnused: RowStatement;

  constructor({ database }: Transactions) {
    this.#has = new RowStatement(database, 'SELECT 1 FROM codes WHERE digest = ?');
    this.#insert = new RowStatement(database, 'INSERT INTO codes (digest, bytes) VALUES (?, ?)');
    this.#select = new RowStatement(database, 'SELECT bytes FROM codes WHERE digest = ?');
    const isUnused =
      'NOT EXISTS (SELECT 1 FROM entities WHERE entities.code_digest = codes.digest)';
    this.#deleteUnused = new RowStatement(
      database,
      `DELETE FROM codes WHERE digest = ? AND ${isUnused}`,
    );
    this.#deleteAllUnused = new RowStatement(database, `DELETE FROM codes WHERE ${isUnused}`);
  }

  put(bytes: Uint8Array): string {
    const digest = hash('sha256', bytes, 'hex');
    if (this.#has.get(digest) === undefined) this.#insert.run(digest, bytes);
    this.#unclaimed.add(digest);
    for (const oldest of this.#unclaimed) {
      if (this.#unclaimed.size <= unclaimedMax) break;
      this.#unclaimed.delete(oldest);
      this.#deleteUnused.run(oldest);
    }
    return digest;
  }

  get(digest: string): Uint8Array | undefined {
    const row = this.#select.get(digest);
    return row === undefined ? undefined : toBytes(row[0]);
  }

  /** An action that has this code was written. */
  claim(digest: string): void {
    this.#unclaimed.delete(digest);
  }

  /** An action no longer has this code: it goes with the last one. */
  release(digest: string): void {
    if (!this.#unclaimed.has(digest)) this.#deleteUnused.run(digest);
  }

  /** Removes what no action has; before anything was put. @returns how many. */
  removeUnused(): number {
    return this.#deleteAllUnused.run();
  }
}
