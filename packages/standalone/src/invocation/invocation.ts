import type { JsonText } from '@wasmwhisk/json-text';
import type { ActivationRecord } from '../entities/activation-record.js';
import type { Trigger } from '../entities/entity.js';
import type { ResolvedAction } from '../catalog/resolved-action.js';
import type { Identity } from '../users/identity.js';

/** An action, sequence or composition to be run. */
export interface InvocationRequest {
  /** In whose namespace the activation happens and is recorded. */
  readonly identity: Identity;
  readonly target: ResolvedAction;
  /** One JSON object as text: laid over the parameters of `target`. */
  readonly payload: JsonText;
  readonly transactionId: string;
}

export type InvocationOutcome =
  /** Known by its id only: it was not waited for, or not as long as it takes. It goes on. */
  | { readonly type: 'accepted'; readonly activationId: string }
  /** Over, and its record is stored. */
  | { readonly type: 'done'; readonly record: ActivationRecord };

export interface FireRequest {
  readonly identity: Identity;
  readonly trigger: Trigger;
  /** One JSON object as text. */
  readonly payload: JsonText;
  /** Headers of the request for `__ow_headers`, without credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly transactionId: string;
}

/** Runs what the API asks for, and leaves a record of each. */
export interface Invoker {
  /** The end was announced: nothing new is taken. */
  readonly draining: boolean;
  /**
   * Runs it, and waits at most so long; 0: answers as soon as it is noted.
   *
   * @throws Rejection `WW_ERR_API_THROTTLED`, `WW_ERR_API_CLOSING`. Failures of the action are no
   *   exceptions but records.
   */
  invoke(request: InvocationRequest, waitMs: number): Promise<InvocationOutcome>;
  /**
   * Fires a trigger: its record is stored, and the actions of its active rules are invoked in the background.
   *
   * @returns the activation id; `undefined` when it has no active rule, and nothing is recorded
   * @throws Rejection `WW_ERR_API_THROTTLED`, `WW_ERR_API_CLOSING`
   */
  fire(request: FireRequest): Promise<string | undefined>;
}
