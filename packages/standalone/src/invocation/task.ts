import type { JsonText } from '@wasmwhisk/json-text';
import type { ResolvedAction } from '../catalog/resolved-action.js';
import type { ActivationRecord } from '../entities/activation-record.js';
import type { Identity } from '../users/identity.js';

/** One activation to be: what was asked for, and what is around it. */
export interface ActivationTask {
  readonly activationId: string;
  readonly identity: Identity;
  readonly target: ResolvedAction;
  /** Laid over the parameters of `target`. One JSON object, or an array in a sequence. */
  readonly payload: JsonText;
  readonly transactionId: string;
  readonly arrivedEpochMs: number;
  /** The sequence or composition around it. */
  readonly cause: string | undefined;
  /** How many of these are around it. */
  readonly depth: number;
  /** What all activations of one invocation may use together. */
  readonly budget: Budget;
}

/** What an invocation may still run. One for the whole tree of sequences and compositions. */
export interface Budget {
  components: number;
  conductorCalls: number;
}

/** Runs a task to its end. Never rejects: whatever goes wrong is in the record. */
export type RunTask = (task: ActivationTask) => Promise<ActivationRecord>;
