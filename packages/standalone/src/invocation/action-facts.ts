import { kindOf } from '../entities/action-document.js';
import type { Action } from '../entities/entity.js';
import { toPathText } from '../entities/entity-path.js';
import { isTruthy, valueOf, type KeyValue } from '../entities/key-value.js';
import { toLimitsText } from '../entities/limits.js';
import type { ContainerGroup } from './container-group.js';

/** What every invocation of an action asks about it, worked out once. */
export interface ActionFacts {
  /** `guest/math/add`. */
  readonly pathText: string;
  /** A composition: its results say what to run next. */
  readonly isConductor: boolean;
  /** Whether guests get the key of whoever invokes them. */
  readonly providesApiKey: boolean;
  /** Whether arguments must not override parameters. */
  readonly isFinal: boolean;
  /** The annotations that every record has: `path`, `kind`, `limits`. */
  readonly recordAnnotations: readonly KeyValue[];
  /** Its containers where no parameter goes to `/init`, one group for each namespace. The pool's own. */
  groups: ContainerGroup[];
}

const known = new WeakMap<Action, ActionFacts>();

/** The facts of an action. Entities are frozen: a change makes another action, and other facts. */
export function factsOf(action: Action): ActionFacts {
  let facts = known.get(action);
  if (facts === undefined) {
    facts = toFacts(action);
    known.set(action, facts);
  }
  return facts;
}

function toFacts({ path, exec, limits, annotations }: Action): ActionFacts {
  const pathText = toPathText(path);
  const apiKey = valueOf(annotations, 'provide-api-key');
  return {
    pathText,
    isConductor: exec.type === 'code' && isTruthy(valueOf(annotations, 'conductor')),
    providesApiKey: apiKey === undefined || isTruthy(apiKey),
    isFinal: valueOf(annotations, 'final') === true,
    recordAnnotations: [
      { key: 'path', json: JSON.stringify(pathText) },
      { key: 'kind', json: JSON.stringify(kindOf(exec)) },
      { key: 'limits', json: toLimitsText(limits) },
    ],
    groups: [],
  };
}
