import { Executor } from '@wasmwhisk/executor';
import type { Logger } from 'pino';
import { Catalog } from './catalog/catalog.js';
import type { StandaloneConfig } from './config/schema.js';
import { ActivationInvoker } from './invocation/activation-invoker.js';
import { ActivationLogs } from './invocation/activation-logs.js';
import type { StandaloneServices } from './standalone-services.js';
import { openStorage } from './storage/open-storage.js';
import type { StorageError } from './storage/storage-error.js';

/** What still runs when the storage is gone cannot leave its record: it is given so long, in milliseconds. */
const lostDrainMs = 1000;

export interface StandaloneOptions {
  readonly config: StandaloneConfig;
  readonly logger: Logger;
  /** The host's environment; guests see what the policy lets through. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** OpenWhisk on one machine, without HTTP: storage, users, executor and invoker. */
export class Standalone implements AsyncDisposable {
  readonly services: StandaloneServices;
  /** What was found in the data folder that the operator has to know, as sentences. */
  readonly findings: readonly string[];
  /** Settles when the data folder is lost, or damaged, and nothing can be served any more. */
  readonly failed: Promise<StorageError>;
  readonly #invoker: ActivationInvoker;
  #apiHost: string;
  #closed: Promise<void> | undefined;

  /**
   * Opens the storage, and leaves nothing behind when that fails.
   *
   * @throws StorageError when the data folder cannot be used
   */
  constructor({ config, logger, environment }: StandaloneOptions) {
    const { host, port } = config.server;
    this.#apiHost = `http://${host}:${String(port)}`;
    const apiHost = (): string => this.#apiHost;
    const now = Date.now;
    const failed = Promise.withResolvers<StorageError>();
    this.failed = failed.promise;
    const { storage, users, findings } = openStorage({
      ...config.storage,
      now,
      onError: (error) => {
        logger.error({ err: error }, 'storage');
      },
      onMended: (text) => {
        logger.warn(`storage: ${text}`);
      },
      onFailed: failed.resolve,
    });
    this.findings = findings;
    const logs = new ActivationLogs();
    const executor = new Executor({
      config,
      mode: 'service',
      logger,
      destination: logs,
      ...(environment === undefined ? {} : { environment }),
    });
    const catalog = new Catalog(storage.entities);
    const base = { config, logger, storage, catalog, users, executor, apiHost, now };
    this.#invoker = new ActivationInvoker({ ...base, logs });
    this.services = { ...base, invoker: this.#invoker };
  }

  /** Under which URL it is reached, once that is known: what actions get as `__OW_API_HOST`. */
  set apiHost(url: string) {
    this.#apiHost = url;
  }

  /** Invocations in progress, waiting ones included. */
  get running(): number {
    return this.#invoker.status().running;
  }

  /** Takes no further invocations, and waits for those in progress, at most this long. */
  async drain(timeoutMs: number): Promise<void> {
    const isLost = this.services.storage.failure() !== undefined;
    await this.#invoker.drain(isLost ? Math.min(timeoutMs, lostDrainMs) : timeoutMs);
  }

  /** Ends everything; what still runs leaves a record that says so. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const { executor, storage } = this.services;
    // Runs end with the executor, and each leaves its record before the storage closes.
    await executor.close();
    await this.#invoker.close();
    await storage.close();
  }
}
