import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { RowStatement } from './row-statement.js';
import { toNumber } from './row-values.js';

const factName = 'server-run';
const markBytes = 16;

/**
 * A random number in the database while a server uses it. In no copy of the file is the same one, so
 * that a file which was overwritten in place is known by it; and where it is found at a start, the
 * server before did not end as it should.
 */
export class RunMark implements Disposable {
  readonly #file: number;
  readonly #mark: Buffer;
  readonly #page: Buffer;
  readonly #offset: number;
  /** Whether it could be brought from the log into the file, where it is looked for. */
  readonly #isInFile: boolean;
  #isClosed = false;

  /** Writes a mark. The file stays open: closing it would drop SQLite's locks, so close this one last. */
  constructor(database: DatabaseSync, path: string) {
    this.#mark = randomBytes(markBytes);
    new RowStatement(database, 'REPLACE INTO facts (name, value) VALUES (?, ?)').run(
      factName,
      this.#mark,
    );
    new RowStatement(database, 'PRAGMA wal_checkpoint(TRUNCATE)').get();
    const pageBytes = toNumber(new RowStatement(database, 'PRAGMA page_size').get()?.[0]);
    const page = new RowStatement(
      database,
      "SELECT rootpage FROM sqlite_schema WHERE name = 'facts'",
    ).get()?.[0];
    this.#page = Buffer.alloc(pageBytes);
    this.#offset = (toNumber(page) - 1) * pageBytes;
    this.#file = openSync(path, 'r');
    this.#isInFile = this.#read();
  }

  /** Whether the file still is what this server wrote. */
  isThere(): boolean {
    return !this.#isInFile || this.#read();
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }

  #read(): boolean {
    const read = readSync(this.#file, this.#page, 0, this.#page.length, this.#offset);
    return this.#page.subarray(0, read).includes(this.#mark);
  }
}

/** Whether a server that did not end as it should left its mark. */
export function hasRunMark(database: DatabaseSync): boolean {
  const find = new RowStatement(database, 'SELECT 1 FROM facts WHERE name = ?');
  return find.get(factName) !== undefined;
}

/** A server ends as it should. */
export function removeRunMark(database: DatabaseSync): void {
  new RowStatement(database, 'DELETE FROM facts WHERE name = ?').run(factName);
}
