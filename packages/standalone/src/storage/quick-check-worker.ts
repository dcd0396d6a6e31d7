/** Thread that looks through a large database; imports nothing of ours, so that it is a file of its own. */
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

const { path, sql, state, told } = workerData as {
  readonly path: string;
  readonly sql: string;
  /** 1: sound, 2: damaged, or it could not be read. */
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
  reason = error instanceof Error ? error.message : String(error);
}
new TextEncoder().encodeInto(reason, told);
Atomics.store(state, 0, reason === 'ok' ? 1 : 2);
Atomics.notify(state, 0);
