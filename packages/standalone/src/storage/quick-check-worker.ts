/** Thread that looks through a large database; imports nothing of ours, so that it is a file of its own. */
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

const { path, sql, state, told } = workerData as {
  readonly path: string;
  readonly sql: string;
  /** 1: sound, or it cannot be told; 2: damaged. */
  readonly state: Int32Array;
  /** The reason, in UTF-8 up to the first zero. */
  readonly told: Uint8Array;
};

let reason = 'ok';
try {
  const database = new DatabaseSync(path, { readOnly: true });
  const [row] = database.prepare(sql).all();
  reason = String(row?.['quick_check']);
  database.close();
} catch (error) {
  // Damaged, or no database; whoever opens it next meets every other reason too.
  const result = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (result === 11 || result === 26) reason = String(error);
}
new TextEncoder().encodeInto(reason, told);
Atomics.store(state, 0, reason === 'ok' ? 1 : 2);
Atomics.notify(state, 0);
