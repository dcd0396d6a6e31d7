import type { Entity } from '../entities/entity.js';

export interface EntityCacheLimits {
  readonly entitiesMax: number;
  /** Of the documents, as a measure of the memory. */
  readonly charactersMax: number;
}

/**
 * Decoded entities by path. Two generations: what is found in the old one moves to the young one, and
 * when the young one holds half of what is allowed, it becomes the old one, whose content goes. So what
 * is in use stays, and finding something young writes nothing.
 */
export class EntityCache {
  readonly #entitiesMax: number;
  readonly #charactersMax: number;
  #young = new Map<string, Cached>();
  #old = new Map<string, Cached>();
  #youngCharacters = 0;

  constructor(limits: EntityCacheLimits) {
    this.#entitiesMax = limits.entitiesMax / 2;
    this.#charactersMax = limits.charactersMax / 2;
  }

  get(path: string): Entity | undefined {
    const young = this.#young.get(path);
    if (young !== undefined) return young.entity;
    const old = this.#old.get(path);
    if (old === undefined) return undefined;
    this.#insert(path, old);
    return old.entity;
  }

  set(path: string, entity: Entity, characters: number): void {
    this.delete(path);
    this.#insert(path, { entity, characters });
  }

  delete(path: string): void {
    const young = this.#young.get(path);
    if (young !== undefined) this.#youngCharacters -= young.characters;
    this.#young.delete(path);
    this.#old.delete(path);
  }

  /** How many are kept. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  #insert(path: string, cached: Cached): void {
    // One that is larger than a generation would drive out all others.
    if (cached.characters > this.#charactersMax) return;
    const isFull =
      this.#young.size >= this.#entitiesMax ||
      this.#youngCharacters + cached.characters > this.#charactersMax;
    if (isFull) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngCharacters = 0;
    }
    this.#old.delete(path);
    this.#young.set(path, cached);
    this.#youngCharacters += cached.characters;
  }
}

interface Cached {
  readonly entity: Entity;
  readonly characters: number;
}
