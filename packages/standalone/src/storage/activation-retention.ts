import type { ActivationRecord } from '../entities/activation-record.js';
import { RowStatement } from './row-statement.js';
import { toNumber, toOptionalNumber } from './row-values.js';
import type { Transactions } from './transactions.js';

export interface ActivationRetentionOptions {
  readonly activationsMax: number;
  readonly activationAgeMsMax: number;
  /** What the database may take without the code of actions. */
  readonly activationBytesMax: number;
  /** Milliseconds since 1970. Asked once, at the start: afterwards time is what passes. */
  readonly now: () => number;
  /** Milliseconds that no clock sets. Default: `performance.now`. */
  readonly passed?: () => number;
  /** Is told of failures: nobody waits for the work here. */
  readonly onError: (error: unknown) => void;
}

/** How many records are looked at or removed by one statement. */
const batchMax = 32;
/** How long one step may hold the event loop; a batch that is begun is finished. */
const stepMsMax = 3;
/** After so many records, or so many characters of results and logs, the oldest are looked at. */
const insertsPerStep = 256;
const charactersPerStep = 16 * 1024 * 1024;
const intervalMs = 30_000;
/** How finely it is known when a record came: it is kept a little longer than it must. */
const marksPerAge = 64;

/**
 * Removes the records that are too many, too large together, or too old: always the ones stored first, so that those that are
 * left are numbered without gaps, and counting them costs nothing. It works in steps of a few
 * milliseconds, and behind all others.
 *
 * No clock that is set makes a record old. Age is counted from the newest record at the start, as time passes
 * after it, and a record that came since is as old as it has been here. None goes before one
 * that was stored earlier: where a clock ran ahead, records wait for their number or for that time to pass.
 */
export class ActivationRetention {
  readonly #transactions: Transactions;
  readonly #options: ActivationRetentionOptions;
  readonly #bounds: RowStatement;
  readonly #oldestKept: RowStatement;
  readonly #remove: RowStatement;
  readonly #usedBytes: RowStatement;
  readonly #codeBytes: RowStatement;
  readonly #timer: NodeJS.Timeout;
  #immediate: NodeJS.Immediate | undefined;
  #insertsLeft = insertsPerStep;
  #charactersLeft = charactersPerStep;
  readonly #passed: () => number;
  readonly #startedAt: number;
  /** What time it is for records that were there at the start, less what has passed since. */
  readonly #startEpochMs: number;
  /** The greatest number that was given at some times since the start; the first is that at the start. */
  readonly #marks: { readonly at: number; readonly sequence: number }[];

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
    this.#usedBytes = new RowStatement(
      database,
      `SELECT (page_count - freelist_count) * page_size
        FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
    );
    this.#codeBytes = new RowStatement(
      database,
      'SELECT ifnull(sum(octet_length(bytes)), 0) FROM codes',
    );
    this.#passed = options.passed ?? (() => performance.now());
    this.#startedAt = this.#passed();
    const newest = new RowStatement(
      database,
      'SELECT sequence, ifnull(end, start) FROM activations ORDER BY sequence DESC LIMIT 1',
    ).get();
    this.#startEpochMs = Math.min(
      options.now(),
      newest === undefined ? Infinity : toNumber(newest[1]),
    );
    this.#marks = [{ at: -Infinity, sequence: newest === undefined ? 0 : toNumber(newest[0]) }];
    this.#timer = setInterval(() => {
      this.schedule();
    }, intervalMs).unref();
  }

  /** A record was stored. */
  countInsert({ resultJson = '', logs }: Pick<ActivationRecord, 'resultJson' | 'logs'>): void {
    this.#insertsLeft -= 1;
    this.#charactersLeft -= resultJson.length;
    for (const line of logs) this.#charactersLeft -= line.length;
    if (this.#insertsLeft > 0 && this.#charactersLeft > 0) return;
    this.#insertsLeft = insertsPerStep;
    this.#charactersLeft = charactersPerStep;
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
    const { activationsMax, activationAgeMsMax } = this.#options;
    const newest = toNumber(row?.[1]);
    const excess = newest - lowest + 1 - activationsMax;
    const passedMs = this.#passed() - this.#startedAt;
    const oldestKept = toOptionalNumber(
      this.#oldestKept.get(batchMax, this.#startEpochMs + passedMs - activationAgeMsMax)?.[0],
    );
    const removable = Math.max(
      Math.min(excess, batchMax),
      Math.min(
        oldestKept === undefined ? batchMax : oldestKept - lowest,
        this.#agedUpTo(passedMs - activationAgeMsMax, newest) - lowest + 1,
      ),
      this.#isTooLarge() ? 1 : 0,
    );
    return removable <= 0 ? 0 : this.#remove.run(lowest + removable);
  }

  /** The greatest number of the records that have been here since then, or were there at the start. */
  #agedUpTo(sincePassedMs: number, newest: number): number {
    const now = this.#passed() - this.#startedAt;
    const last = this.#marks.at(-1);
    const everyMs = this.#options.activationAgeMsMax / marksPerAge;
    if (last === undefined || now - Math.max(last.at, 0) >= everyMs)
      this.#marks.push({ at: now, sequence: newest });
    // Of those that have passed the last counts.
    while ((this.#marks[1]?.at ?? Infinity) <= sincePassedMs) this.#marks.shift();
    return this.#marks[0]?.sequence ?? 0;
  }

  /** Free pages are used again before the database grows. */
  #isTooLarge(): boolean {
    const { activationBytesMax } = this.#options;
    const used = toNumber(this.#usedBytes.get()?.[0]);
    return (
      used > activationBytesMax && used - toNumber(this.#codeBytes.get()?.[0]) > activationBytesMax
    );
  }
}
