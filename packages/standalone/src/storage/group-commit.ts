import { StorageError, toUseError } from './storage-error.js';
import type { Transactions } from './transactions.js';

/** Most writes of a transaction: bounds how long one holds the event loop. */
const groupMax = 256;

/**
 * Turns of the event loop whose writes go together. A turn without work takes microseconds, so nobody who
 * is alone waits for company. With 8 callers 3 turns made about a third more invocations than one; more turns showed no more.
 */
const turnsGathered = 3;

interface PendingWrite {
  readonly write: () => void;
  /** After the commit, before the promise settles. */
  readonly committed: (() => void) | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes that share transactions: those of a few turns of the event loop are committed together after them.
 * Whoever waits is answered after the commit. Writes happen in the order they came.
 */
export class GroupCommit {
  readonly #transactions: Transactions;
  readonly #path: string;
  #pending: PendingWrite[] = [];
  #isScheduled = false;
  #isClosed = false;

  /** @param path of the database, for errors */
  constructor(transactions: Transactions, path: string) {
    this.#transactions = transactions;
    this.#path = path;
  }

  /**
   * @param write runs within a transaction, twice if that fails for the group: it changes nothing but the database
   * @returns settles when it is committed; rejects with a StorageError `WW_ERR_STORAGE_WRITE` of a full
   *   disk, and others as they come up
   */
  add(write: () => void, committed?: () => void): Promise<void> {
    if (this.#isClosed) return Promise.reject(closed());
    return new Promise<void>((resolve, reject) => {
      this.#pending.push({ write, committed, resolve, reject });
      if (this.#pending.length >= groupMax && !this.#transactions.isOpen) this.flush();
      else this.#schedule();
    });
  }

  /** Commits what is pending now. Within a transaction of somebody else, nothing: that may yet be rolled back. */
  flush(): void {
    if (this.#pending.length === 0 || this.#transactions.isOpen) return;
    const group = this.#pending;
    this.#pending = [];
    try {
      this.#transactions.run(() => {
        for (const { write } of group) write();
      });
    } catch (error) {
      this.#flushOneByOne(group, error);
      return;
    }
    for (const pending of group) settle(pending);
  }

  /** Commits what is pending, and takes nothing more. */
  close(): void {
    this.flush();
    this.#isClosed = true;
  }

  /** So that only those fail that cannot be written, and not their neighbours. */
  #flushOneByOne(group: readonly PendingWrite[], groupError: unknown): void {
    for (const pending of group) {
      try {
        // The only one has just failed.
        if (group.length === 1) throw groupError;
        this.#transactions.run(pending.write);
      } catch (error) {
        pending.reject(toUseError(error, this.#path));
        continue;
      }
      settle(pending);
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#flushAfter(turnsGathered);
  }

  /** After the input and output of some turns, so that what came with them goes together. */
  #flushAfter(turns: number): void {
    setImmediate(() => {
      if (turns > 1 && this.#pending.length > 0) {
        this.#flushAfter(turns - 1);
        return;
      }
      this.#isScheduled = false;
      this.flush();
    });
  }
}

function settle({ committed, resolve }: PendingWrite): void {
  committed?.();
  resolve();
}

function closed(): StorageError {
  return new StorageError(
    'WW_ERR_STORAGE_CLOSED',
    'The storage is closed: nothing more is written.',
  );
}
