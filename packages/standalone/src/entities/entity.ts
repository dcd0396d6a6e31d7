import type { EntityPath } from './entity-path.js';
import type { KeyValue } from './key-value.js';

/** What all four kinds of entity have. Entities are frozen data: a change makes a new one. */
interface EntityBase {
  readonly path: EntityPath;
  /** `major.minor.patch`. */
  readonly version: string;
  readonly publish: boolean;
  readonly annotations: readonly KeyValue[];
  readonly updatedEpochMs: number;
}

/** What a deployed action runs. */
export type Exec = CodeExec | SequenceExec;

export interface CodeExec {
  readonly type: 'code';
  /** Resolved, such as `wasm:0.1`. */
  readonly kind: string;
  /** SHA-256 of the stored bytes, 64 lower-case hex digits: the key of `CodeStore`. */
  readonly codeDigest: string;
  /** Stored bytes: what base64 stood for, or the text itself in UTF-8. */
  readonly codeBytes: number;
  /** Whether the code came as base64. */
  readonly binary: boolean;
  readonly main: string | undefined;
}

export interface SequenceExec {
  readonly type: 'sequence';
  readonly components: readonly EntityPath[];
}

/** Limits of an action in OpenWhisk's units. */
export interface ActionLimits {
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly logsMiB: number;
  readonly concurrency: number;
  readonly instances: number | undefined;
}

export interface Action extends EntityBase {
  readonly type: 'action';
  readonly exec: Exec;
  readonly parameters: readonly KeyValue[];
  readonly limits: ActionLimits;
}

export interface Package extends EntityBase {
  readonly type: 'package';
  readonly parameters: readonly KeyValue[];
  /** Of a binding: the package behind it. */
  readonly binding: { readonly namespace: string; readonly name: string } | undefined;
}

export interface Trigger extends EntityBase {
  readonly type: 'trigger';
  readonly parameters: readonly KeyValue[];
}

export interface Rule extends EntityBase {
  readonly type: 'rule';
  readonly trigger: EntityPath;
  readonly action: EntityPath;
  readonly status: 'active' | 'inactive';
  /**
   * Whether its trigger knows it. A trigger that is deleted leaves its rules behind, inactive and
   * not linked; the next one of that name begins without them.
   */
  readonly linked: boolean;
}

export type Entity = Action | Package | Trigger | Rule;
export type EntityType = Entity['type'];

/** The entity of a type. */
export type EntityOf<Type extends EntityType> = Extract<Entity, { readonly type: Type }>;
