import type { Action } from '../entities/entity.js';
import type { EntityPath } from '../entities/entity-path.js';
import type { KeyValue } from '../entities/key-value.js';

/** An action as it is about to be invoked or shown: found, allowed, and with all its parameters. */
export interface ResolvedAction {
  /** As stored; its path is the provider's. */
  readonly action: Action;
  /** Of package, binding and action, in this order of strength; each key once. */
  readonly parameters: readonly KeyValue[];
  /** The binding that it was found through. */
  readonly binding: EntityPath | undefined;
}
