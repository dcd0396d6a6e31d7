import type { EnvironmentEntries } from '@wasmwhisk/protocol';
import type { Runner } from '@wasmwhisk/runner';
import type { ExecutorConfig } from '../config/schema.js';
import type { ActivationLogLimits } from '../logs/activation-log.js';
import type { LogDestination } from '../logs/log-destination.js';
import type { Preparation } from '../preparation/preparation.js';
import type { TemporaryFolder } from '../preparation/temporary-folder.js';

/** How a run ended, for those who count. */
export type RunOutcomeKind = 'success' | 'application-error' | 'developer-error' | 'internal-error';

/** Counts what containers do. */
export interface ActivationObserver {
  initialized(seconds: number): void;
  runStarted(): void;
  runEnded(outcome: RunOutcomeKind, seconds: number): void;
}

/** What every container uses and none owns. */
export interface ContainerServices {
  readonly config: ExecutorConfig;
  readonly runner: Runner;
  readonly preparation: Preparation;
  /** Holds the directories of containers, and makes no folder before the first is granted. */
  readonly directories: TemporaryFolder;
  /** Told of folders that could not be removed. */
  readonly onLeftOver: (folder: string, error: unknown) => void;
  readonly destination: LogDestination;
  readonly logLimits: ActivationLogLimits;
  readonly observer: ActivationObserver;
  /** Most overlapping runs of one container. */
  readonly concurrency: number;
  /** What every guest sees of the host's environment. */
  readonly baseEnvironment: EnvironmentEntries;
}
