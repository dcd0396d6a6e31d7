import type { Logger } from 'pino';
import type { StandaloneConfig } from './config/schema.js';
import type { StandaloneServices } from './standalone-services.js';

export interface StandaloneOptions {
  readonly config: StandaloneConfig;
  readonly logger: Logger;
  /** The host's environment; guests see what the policy lets through. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** OpenWhisk on one machine, without HTTP: storage, users, executor and invoker. */
export interface Standalone extends AsyncDisposable {
  readonly services: StandaloneServices;
  /** Takes no further invocations, and waits for those in progress, at most this long. */
  drain(timeoutMs: number): Promise<void>;
  /** Ends everything. Idempotent. */
  close(): Promise<void>;
}
