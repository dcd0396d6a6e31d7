import { RowStatement } from './row-statement.js';
import { toNumber, toOptionalNumber } from './row-values.js';
import type { Transactions } from './transactions.js';

export interface ActivationRetentionOptions {
  readonly activationsMax: number;
  readonly activationAgeMsMax: number;
  readonly now: () => number;
  /** Is told of failures: nobody waits for the work here. */
  readonly onError: (error: unknown) => void;
}

/** How many records are looked at or removed by one statement. */
const batchMax = 32;
/** How long one step may hold the event loop; a batch that is begun is finished. */
const stepMsMax = 3;
/** After so many records the oldest are looked at. */
const insertsPerStep = 256;
const intervalMs = 30_000;

/**
 * Removes the records that are too many or too old: always the ones stored first, so that those that are
 * left are numbered without gaps, and counting them costs nothing. Age is that of the end, and none
 * goes before one that was stored earlier: where a clock ran ahead, records wait for their number or for
 * that time to pass. It works in steps of a few milliseconds, and behind all others.
 */
export class ActivationRetention {
  readonly #transactions: Transactions;
  readonly #options: ActivationRetentionOptions;
  readonly #bounds: RowStatement;
  readonly #oldestKept: RowStatement;
  readonly #remove: RowStatement;
  readonly #timer: NodeJS.Timeout;
  #immediate: NodeJS.Immediate | undefined;
  #insertsLeft = insertsPerStep;

  constructor(transactions: Transactions, options: ActivationRetentionOptions) {
    const { database } = transactions;
    this.#transactions = transactions;
    this.#options = options;
    this.#bounds = new RowStatement(
      database,
      'SELECT (SELECT min(sequence) FROM activations), (SELECT max(sequence) FROM activations)',
    );
    this.#oldestKept = new RowStatement(
      database,
      `SELECT min(sequence) FROM
        (SELECT sequence, start, end FROM activations ORDER BY sequence LIMIT ?)
        WHERE ifnull(end, start) >= ?`,
    );
    this.#remove = new RowStatement(database, 'DELETE FROM activations WHERE sequence < ?');
    this.#timer = setInterval(() => {
      this.schedule();
    }, intervalMs).unref();
  }

  /** A record was stored. */
  countInsert(): void {
    this.#insertsLeft -= 1;
    if (this.#insertsLeft > 0) return;
    this.#insertsLeft = insertsPerStep;
    this.schedule();
  }

  /** Works soon, and until nothing is left to remove. */
  schedule(): void {
    // It does not keep a process alive: what is left is done after the next start.
    this.#immediate ??= setImmediate(() => {
      this.#immediate = undefined;
      this.#step();
    }).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    clearImmediate(this.#immediate);
  }

  #step(): void {
    const until = performance.now() + stepMsMax;
    try {
      const isDone = this.#transactions.run(() => {
        while (this.removeBatch() > 0) if (performance.now() >= until) return false;
        return true;
      });
      if (!isDone) this.schedule();
    } catch (error) {
      // The next interval tries again.
      this.#options.onError(error);
    }
  }

  /** @returns how many were removed; 0 when none is left that must go. */
  removeBatch(): number {
    const row = this.#bounds.get();
    const lowest = toOptionalNumber(row?.[0]);
    if (lowest === undefined) return 0;
    const { activationsMax, activationAgeMsMax, now } = this.#options;
    const excess = toNumber(row?.[1]) - lowest + 1 - activationsMax;
    const oldestKept = toOptionalNumber(
      this.#oldestKept.get(batchMax, now() - activationAgeMsMax)?.[0],
    );
    const removable = Math.max(
      Math.min(excess, batchMax),
      oldestKept === undefined ? batchMax : oldestKept - lowest,
    );
    return removable <= 0 ? 0 : this.#remove.run(lowest + removable);
  }
}
