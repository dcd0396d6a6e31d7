import type { Users } from '../users/users.js';
import type { Durability } from './database.js';
import { openMemory, openServerFolder, type OpenData } from './open-data.js';
import { SqliteActivationStore } from './sqlite-activation-store.js';
import { SqliteApiStore } from './sqlite-api-store.js';
import { SqliteCodeStore } from './sqlite-code-store.js';
import { SqliteEntityStore } from './sqlite-entity-store.js';
import { isDamage, type StorageError } from './storage-error.js';
import type { Storage } from './stores.js';

export interface StorageOptions {
  /** Folder for everything that is kept; made if it is missing. Empty: in memory. */
  readonly dataFolder: string;
  /** Most records of activations; the oldest go first. Up to 256 more are there for a while. */
  readonly activationsMax: number;
  /** How long records of activations are kept. */
  readonly activationAgeMsMax: number;
  /** What the database may take without the code of actions; the oldest records go first. */
  readonly activationBytesMax: number;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
  /** What an answer survives. Default: `normal`, the end of the process. */
  readonly durability?: Durability;
  /** How long the database is looked through at most before it is used. Default: 10 s. */
  readonly checkWaitMs?: number;
  /** How long the data folder may be gone before it is given up. Default: 3 s. */
  readonly lostWaitMs?: number;
  /** Is told of failures of work that nobody waits for, such as removing old records. */
  readonly onError: (error: unknown) => void;
  /** Is told what was amiss in the data folder and has been put right. Default: nobody. */
  readonly onMended?: (text: string) => void;
  /** Is told once that the data folder is lost: nothing is served any more. Default: nobody. */
  readonly onFailed?: (error: StorageError) => void;
}

const checkWaitMsDefault = 10_000;
const lostWaitMsDefault = 3000;

/** Everything that is kept, and everybody who may call. Users live as long as the storage. */
export interface OpenedStorage {
  readonly storage: Storage;
  readonly users: Users;
  /** What was found that the operator has to know, as sentences. */
  readonly findings: readonly string[];
}

/**
 * Opens storage for a server, which then has the data folder for itself until it closes it or ends.
 * Activations that a server before it accepted and did not end get their record, code that no action
 * refers to goes, and the oldest records go bit by bit where there are too many.
 *
 * @throws StorageError
 */
export function openStorage(options: StorageOptions): OpenedStorage {
  const data = openData(options);
  try {
    const { users, findings } = data;
    return { storage: createStorage(data, options), users, findings };
  } catch (error) {
    data.close();
    throw error;
  }
}

function openData(options: StorageOptions): OpenData {
  const { dataFolder, onError } = options;
  if (dataFolder === '') return openMemory();
  const { onMended = nobody, onFailed = nobody } = options;
  const { durability = 'normal' } = options;
  const { checkWaitMs = checkWaitMsDefault, lostWaitMs = lostWaitMsDefault } = options;
  const watching = { durability, checkWaitMs, lostWaitMs, onMended, onFailed, onNoticed: onError };
  return openServerFolder(dataFolder, watching);
}

function nobody(): void {
  // Nobody wants to know.
}

function createStorage(
  { transactions, path, watch, close }: OpenData,
  options: StorageOptions,
): Storage {
  const codes = new SqliteCodeStore(transactions, { onError: options.onError });
  codes.removeUnused();
  const { now = Date.now } = options;
  const retention = { ...options, now };
  const activations = new SqliteActivationStore(transactions, path, retention);
  const closeNow = (): void => {
    activations.close();
    codes.close();
    close();
  };
  return {
    entities: new SqliteEntityStore(transactions, codes),
    codes,
    activations,
    apis: new SqliteApiStore(transactions),
    failure: () => watch?.failure,
    report: (error) => {
      if (isDamage(error)) watch?.failFinally(error);
    },
    // Pending writes are committed synchronously, and those who wait for them are answered afterwards.
    close: () => {
      closeNow();
      return Promise.resolve();
    },
    [Symbol.dispose]: closeNow,
  };
}
