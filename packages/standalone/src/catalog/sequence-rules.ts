import type { Action } from '../entities/entity.js';
import { isSamePath, toPathText, type EntityPath } from '../entities/entity-path.js';
import { Rejection } from '../rejections.js';
import type { EntityStore } from '../storage/stores.js';
import type { Identity } from '../users/identity.js';
import { assertOwn, type Catalog } from './catalog.js';

/**
 * Deepest nesting of sequences in sequences. Their length bounds how wide they are, not how deep: a
 * sequence of one sequence of one action is one action long.
 */
export const sequenceDepthMax = 100;

/**
 * Checks that somebody may use the components of a sequence: that each lies in the own namespace, or in
 * a package that may be read. Whether the actions themselves exist is not asked here.
 *
 * @throws Rejection `WW_ERR_API_FORBIDDEN`; `WW_ERR_API_NOT_FOUND` of a missing own package;
 *   `WW_ERR_API_COLLECTION`; `WW_ERR_API_SEQUENCE` of more components than a sequence may have
 */
export function assertComponentsReadable(
  catalog: Catalog,
  identity: Identity,
  components: readonly EntityPath[],
  lengthMax: number,
): void {
  if (components.length > lengthMax) throw tooLong(lengthMax);
  for (const component of components) {
    const { namespace, package: inPackage } = component;
    if (inPackage === undefined) assertOwn(identity, component);
    else catalog.resolvePackage(identity, { namespace, package: undefined, name: inPackage });
  }
}

/** A sequence that is about to be written. */
export interface SequenceToCheck {
  readonly path: EntityPath;
  readonly components: readonly EntityPath[];
  /** Most actions when all sequences in it are written out. */
  readonly lengthMax: number;
}

/**
 * Checks the rules of sequences at write time: every component exists, none leads back to the sequence,
 * and written out it is not too long. Each sequence inside is counted once, however often it is used.
 *
 * @throws Rejection `WW_ERR_API_SEQUENCE`
 */
export function assertSequence(
  entities: Pick<EntityStore, 'find'>,
  sequence: SequenceToCheck,
): void {
  new SequenceWalk(entities, sequence).walk();
}

/** Counts the actions of one sequence, depth first. */
class SequenceWalk {
  readonly #entities: Pick<EntityStore, 'find'>;
  readonly #sequence: SequenceToCheck;
  /** Sequences that were walked to their end. */
  readonly #walked = new Map<string, { readonly length: number; readonly depth: number }>();
  /** Sequences that we are inside of. */
  readonly #open = new Set<string>();
  /** Actions seen so far; an inner sequence that is met again adds what it is long. */
  #length = 0;

  constructor(entities: Pick<EntityStore, 'find'>, sequence: SequenceToCheck) {
    this.#entities = entities;
    this.#sequence = sequence;
  }

  walk(): void {
    this.#components(this.#sequence.components);
  }

  /** @returns how deep sequences are nested in these: 0 when there is none. */
  #components(components: readonly EntityPath[]): number {
    let depth = 0;
    for (const component of components) depth = Math.max(depth, this.#component(component));
    return depth;
  }

  #component(component: EntityPath): number {
    const path = this.#behindBinding(component);
    // Before it is looked up: what is about to be written may not be there yet, or be an action now.
    if (isSamePath(path, this.#sequence.path)) throw recursive(component);
    const action = this.#find(path);
    if (action === undefined)
      throw broken(`Sequence component does not exist. "${toPathText(component)}" does not exist.`);
    if (action.exec.type === 'code') {
      this.#add(1);
      return 0;
    }
    const key = toPathText(path);
    const known = this.#walked.get(key);
    if (known !== undefined) {
      this.#assertDepth(known.depth);
      this.#add(known.length);
      return known.depth;
    }
    // Sequences are checked when they are written, but a binding may have been turned around since.
    if (this.#open.has(key)) throw recursive(component);
    this.#assertDepth(1);
    this.#open.add(key);
    const before = this.#length;
    const depth = 1 + this.#components(action.exec.components);
    this.#walked.set(key, { length: this.#length - before, depth });
    this.#open.delete(key);
    return depth;
  }

  #assertDepth(inside: number): void {
    if (this.#open.size + inside > sequenceDepthMax)
      throw broken(`The sequence is nested deeper than ${String(sequenceDepthMax)} sequences.`);
  }

  #add(length: number): void {
    this.#length += length;
    if (this.#length > this.#sequence.lengthMax) throw tooLong(this.#sequence.lengthMax);
  }

  /**
   * Where the action of a component really is. Nobody's rights are asked: those of the caller were for the
   * components that it names, and an inner sequence was written by somebody who had them.
   */
  #behindBinding(component: EntityPath): EntityPath {
    const { namespace, package: inPackage, name } = component;
    if (inPackage === undefined) return component;
    const found = this.#entities.find({ namespace, package: undefined, name: inPackage });
    const binding = found?.type === 'package' ? found.binding : undefined;
    return binding === undefined
      ? component
      : { namespace: binding.namespace, package: binding.name, name };
  }

  #find(path: EntityPath): Action | undefined {
    const entity = this.#entities.find(path);
    return entity?.type === 'action' ? entity : undefined;
  }
}

function tooLong(lengthMax: number): Rejection {
  return broken(
    `Too many actions in the sequence. It has more than ${String(lengthMax)} actions, those of sequences in it included.`,
  );
}

function recursive(component: EntityPath): Rejection {
  return broken(
    `Sequence may not refer to itself. Its component "${toPathText(component)}" leads back to the sequence itself.`,
  );
}

function broken(reason: string): Rejection {
  return new Rejection('WW_ERR_API_SEQUENCE', reason);
}
