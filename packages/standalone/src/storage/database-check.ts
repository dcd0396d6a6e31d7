import { extname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { sizeOf } from './file-identity.js';
import { RowStatement } from './row-statement.js';
import { toText } from './row-values.js';
import { damaged, type StorageError } from './storage-error.js';

/** Up to so many bytes are looked through at once, which takes some ten milliseconds. */
const inlineBytesMax = 16 * 1024 * 1024;
const toldBytesMax = 1024;
const sql = 'PRAGMA quick_check(1)';

/**
 * Looks through every page of a database that no server has served from yet.
 *
 * @param waitMs how long at most; what takes longer goes on in a thread
 * @param onLate told when that finds damage afterwards
 * @throws StorageError `WW_ERR_STORAGE_UNREADABLE`
 */
export function checkDatabase(
  database: DatabaseSync,
  path: string,
  waitMs: number,
  onLate: (error: StorageError) => void,
): void {
  assertDocuments(database, path);
  if (sizeOf(path) <= inlineBytesMax) {
    const found = toText(new RowStatement(database, sql).get()?.[0]);
    if (found !== 'ok') throw damaged(path, found);
    return;
  }
  const found = checkInThread(path, waitMs, onLate);
  if (found !== undefined) throw damaged(path, found);
}

/** Entities are read as JSON at any time; of a page that was overwritten within a long text SQLite knows nothing. */
function assertDocuments(database: DatabaseSync, path: string): void {
  const find = 'SELECT path FROM entities WHERE NOT json_valid(document) LIMIT 1';
  const row = new RowStatement(database, find).get();
  if (row !== undefined) throw damaged(path, `the entity "${toText(row[0])}" is not JSON`);
}

/** @returns the reason when it is damaged */
function checkInThread(
  path: string,
  waitMs: number,
  onLate: (error: StorageError) => void,
): string | undefined {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const told = new Uint8Array(new SharedArrayBuffer(toldBytesMax));
  const reasonOf = (): string | undefined =>
    Atomics.load(state, 0) === 2 ? readText(told) : undefined;
  // Beside this file, compiled or not.
  const file = new URL(`./quick-check-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { path, sql, state, told } });
  worker.unref();
  const isDone = Atomics.wait(state, 0, 0, waitMs) !== 'timed-out';
  worker.once('exit', () => {
    const reason = reasonOf();
    if (!isDone && reason !== undefined) onLate(damaged(path, reason));
  });
  return reasonOf();
}

function readText(bytes: Uint8Array): string {
  const text = new Uint8Array(bytes);
  return new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
}
