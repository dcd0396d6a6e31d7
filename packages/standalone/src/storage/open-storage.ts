import type { Users } from '../users/users.js';
import { openFolder, openMemory, type OpenData } from './open-data.js';
import { SqliteActivationStore } from './sqlite-activation-store.js';
import { SqliteApiStore } from './sqlite-api-store.js';
import { SqliteCodeStore } from './sqlite-code-store.js';
import { SqliteEntityStore } from './sqlite-entity-store.js';
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
  /** Is told of failures of work that nobody waits for, such as removing old records. */
  readonly onError: (error: unknown) => void;
}

/** Everything that is kept, and everybody who may call. Users live as long as the storage. */
export interface OpenedStorage {
  readonly storage: Storage;
  readonly users: Users;
}

/**
 * Opens storage for a server, which then has the data folder for itself until it closes it or ends.
 * Activations that a server before it accepted and did not end get their record, code that no action
 * refers to goes, and the oldest records go bit by bit where there are too many.
 *
 * @throws StorageError
 */
export function openStorage(options: StorageOptions): OpenedStorage {
  const data = options.dataFolder === '' ? openMemory() : openFolder(options.dataFolder, 'server');
  try {
    return { storage: createStorage(data, options), users: data.users };
  } catch (error) {
    data.close();
    throw error;
  }
}

function createStorage({ transactions, path, close }: OpenData, options: StorageOptions): Storage {
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
    // Pending writes are committed synchronously, and those who wait for them are answered afterwards.
    close: () => {
      closeNow();
      return Promise.resolve();
    },
    [Symbol.dispose]: closeNow,
  };
}
