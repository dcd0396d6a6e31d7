import type { EnvironmentEntries } from '@wasmwhisk/protocol';
import type { Runner } from '@wasmwhisk/runner';
import type { ExecutorConfig } from '../config/schema.js';
import type { LogDestination } from '../logs/log-destination.js';
import type { Preparation } from '../preparation/preparation.js';

/** Counts what containers do. */
export interface ActivationObserver {
  initialized(seconds: number): void;
  runStarted(): void;
  /** `outcome`: success, application-error, developer-error or internal-error. */
  runEnded(outcome: string, seconds: number): void;
}

/** What every container uses and none owns. */
export interface ContainerServices {
  readonly config: ExecutorConfig;
  readonly runner: Runner;
  readonly preparation: Preparation;
  readonly destination: LogDestination;
  readonly observer: ActivationObserver;
  /** Most overlapping runs of one container. */
  readonly concurrency: number;
  /** What every guest sees of the host's environment. */
  readonly baseEnvironment: EnvironmentEntries;
}
