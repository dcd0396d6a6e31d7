import { hash } from 'node:crypto';
import { RowStatement } from './row-statement.js';
import { toBytes, toNumber } from './row-values.js';
import { StorageError } from './storage-error.js';
import type { CodeStore } from './stores.js';
import type { Transactions } from './transactions.js';

export interface CodeStoreOptions {
  /** How long code is kept that no action has. Default: ten minutes. */
  readonly graceMs?: number;
  /** Most bytes of code that are kept so; beyond them what has waited longest goes. Default: 256 MiB. */
  readonly graceBytesMax?: number;
  /** Is told when removing fails: nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

const graceMsDefault = 600_000;
const graceBytesMaxDefault = 256 * 1024 * 1024;

/** Code that is looked at later. */
interface Grace {
  readonly timer: NodeJS.Timeout;
  readonly bytes: number;
}

/**
 * Code in a table of its own. Which of it is in use, the entities say. What no action has is kept for a
 * while: an upload is about to give it one, or runs of an action that was replaced or removed still wait
 * for a container that will load it.
 */
export class SqliteCodeStore implements CodeStore {
  readonly #graceMs: number;
  readonly #graceBytesMax: number;
  readonly #onError: (error: unknown) => void;
  /** By digest: when it is looked at whether an action has it. The one that waits longest first. */
  readonly #graces = new Map<string, Grace>();
  /** Of these together. */
  #graceBytes = 0;
  readonly #has: RowStatement;
  readonly #insert: RowStatement;
  readonly #select: RowStatement;
  readonly #length: RowStatement;
  readonly #deleteUnused: RowStatement;
  readonly #deleteAllUnused: RowStatement;

  constructor({ database }: Transactions, options: CodeStoreOptions) {
    this.#graceMs = options.graceMs ?? graceMsDefault;
    this.#graceBytesMax = options.graceBytesMax ?? graceBytesMaxDefault;
    this.#onError = options.onError;
    this.#has = new RowStatement(database, 'SELECT 1 FROM codes WHERE digest = ?');
    this.#insert = new RowStatement(database, 'INSERT INTO codes (digest, bytes) VALUES (?, ?)');
    this.#select = new RowStatement(database, 'SELECT bytes FROM codes WHERE digest = ?');
    this.#length = new RowStatement(database, 'SELECT length(bytes) FROM codes WHERE digest = ?');
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
    this.#lookLater(digest);
    return digest;
  }

  get(digest: string): Uint8Array | undefined {
    const row = this.#select.get(digest);
    if (row === undefined) return undefined;
    const bytes = toBytes(row[0]);
    // SQLite has no checksums: what was overwritten within a long value it does not notice.
    if (hash('sha256', bytes, 'hex') !== digest)
      throw new StorageError(
        'WW_ERR_STORAGE_UNREADABLE',
        `The code with the digest ${digest} is damaged in the database. Upload it again, or put back a copy of the database.`,
        { reason: 'the code of the action is damaged' },
      );
    return bytes;
  }

  /** An action no longer has this code. */
  release(digest: string): void {
    this.#lookLater(digest);
  }

  /** Removes what no action has; for a start, when nothing can be waiting for it. @returns how many. */
  removeUnused(): number {
    return this.#deleteAllUnused.run();
  }

  /** Looks at nothing any more. */
  close(): void {
    for (const { timer } of this.#graces.values()) clearTimeout(timer);
    this.#graces.clear();
  }

  /** From now on anew: the wait of somebody else's is no reason to remove it under an upload. */
  #lookLater(digest: string): void {
    this.#forget(digest);
    const timer = setTimeout(() => {
      this.#lookNow(digest);
    }, this.#graceMs);
    const row = this.#length.get(digest);
    const bytes = row === undefined ? 0 : toNumber(row[0]);
    this.#graces.set(digest, { timer: timer.unref(), bytes });
    this.#graceBytes += bytes;
    for (const [oldest] of this.#graces) {
      // The latest has not been given to its action yet.
      if (this.#graceBytes <= this.#graceBytesMax || oldest === digest) return;
      this.#lookNow(oldest);
    }
  }

  #lookNow(digest: string): void {
    this.#forget(digest);
    try {
      this.#deleteUnused.run(digest);
    } catch (error) {
      // The next start removes it.
      this.#onError(error);
    }
  }

  #forget(digest: string): void {
    const grace = this.#graces.get(digest);
    if (grace === undefined) return;
    clearTimeout(grace.timer);
    this.#graceBytes -= grace.bytes;
    this.#graces.delete(digest);
  }
}
