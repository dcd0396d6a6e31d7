import type { Executor } from '@wasmwhisk/executor';
import type { Logger } from 'pino';
import type { Catalog } from './catalog/catalog.js';
import type { StandaloneConfig } from './config/schema.js';
import type { Invoker } from './invocation/invocation.js';
import type { Storage } from './storage/stores.js';
import type { Users } from './users/users.js';

/** What every route uses and none owns. */
export interface StandaloneServices {
  readonly config: StandaloneConfig;
  readonly logger: Logger;
  readonly storage: Storage;
  readonly catalog: Catalog;
  readonly users: Users;
  readonly invoker: Invoker;
  readonly executor: Executor;
  /** Under which URL we are reached, such as `http://127.0.0.1:3233`: what actions get as `__OW_API_HOST`. */
  readonly apiHost: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
