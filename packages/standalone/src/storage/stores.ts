import type { AcceptedActivation, ActivationRecord } from '../entities/activation-record.js';
import type { Action, Entity, EntityOf, EntityType, Rule } from '../entities/entity.js';
import type { EntityPath } from '../entities/entity-path.js';
import type { StorageError } from './storage-error.js';

/*
 * What the rest of the package knows of storage. Reads and writes of entities are synchronous: between
 * two statements of one function nothing else happens, so that checking and then writing is safe.
 */

/** Which part of a list is wanted. */
export interface Page {
  readonly skip: number;
  /** Most items; positive. */
  readonly limit: number;
}

export interface EntityListQuery<Type extends EntityType> {
  readonly type: Type;
  readonly namespace: string;
  /** Only actions of this package. Default: of all packages, and those in none. */
  readonly package?: string | undefined;
  /** Only published packages that are no bindings, as strangers see them. Default: all. */
  readonly publishedOnly?: boolean;
}

export interface EntityStore {
  find(path: EntityPath): Entity | undefined;
  /** Writes, whatever was there. Durable when it returns. */
  put(entity: Entity): void;
  /** @returns whether there was one. */
  remove(path: EntityPath): boolean;
  /** Latest change first. */
  list<Type extends EntityType>(
    query: EntityListQuery<Type>,
    page: Page,
  ): readonly EntityOf<Type>[];
  count(query: EntityListQuery<EntityType>): number;
  /** Every rule that is linked to a trigger, by name. */
  linkedRules(trigger: EntityPath): readonly Rule[];
  /** Every action in a package, by name. */
  actionsOf(inPackage: EntityPath): readonly Action[];
  /** All or nothing. May be nested. */
  transaction<Result>(work: () => Result): Result;
}

/**
 * Code by the digest of its bytes: stored once however many actions have it, and removed some minutes
 * after the last one, because runs of it may still wait.
 */
export interface CodeStore {
  /** @returns SHA-256 of the bytes as 64 hex digits. What no action refers to some minutes later, or at the next start, goes. */
  put(bytes: Uint8Array): string;
  get(digest: string): Uint8Array | undefined;
}

export interface ActivationQuery {
  readonly namespace: string;
  /** `name` or `package/name`. */
  readonly name?: string | undefined;
  /** The package of `name` may be a binding: what was invoked through it is found too. */
  readonly throughBinding?: boolean | undefined;
  /** Inclusive, against `startEpochMs`. */
  readonly sinceEpochMs?: number | undefined;
  readonly uptoEpochMs?: number | undefined;
}

/** A record without result and logs. */
export type ActivationSummary = Omit<ActivationRecord, 'resultJson' | 'resultBytes' | 'logs'>;

export interface ActivationStore {
  /**
   * Notes activations that are about to be answered with their id alone. After a crash they have a
   * record that says so. Settles when it is durable: writes of a few turns of the event loop share a transaction.
   */
  accept(activation: AcceptedActivation): Promise<void>;
  /** Writes a record, and forgets that it was accepted. Settles when it is durable. */
  store(record: ActivationRecord): Promise<void>;
  find(namespace: string, activationId: string): ActivationRecord | undefined;
  /** Latest start first. */
  list(query: ActivationQuery, page: Page): readonly ActivationSummary[];
  count(query: ActivationQuery): number;
}

/** One path and method of an API that `wsk api create` made. */
export interface ApiRoute {
  readonly namespace: string;
  /** Such as `/hello`. */
  readonly basePath: string;
  /** Such as `/world/{id}`. */
  readonly relativePath: string;
  /** In lower case. */
  readonly method: string;
  /** What the gateway keeps about it, as JSON text: `gateway/` writes and reads it. */
  readonly document: string;
}

export interface ApiStore {
  put(route: ApiRoute): void;
  list(namespace: string, basePath?: string): readonly ApiRoute[];
  /** Those that match; without method all of the path, without path all of the base path. @returns how many. */
  remove(namespace: string, basePath: string, relativePath?: string, method?: string): number;
}

/** Everything that is kept. */
export interface Storage extends Disposable {
  readonly entities: EntityStore;
  readonly codes: CodeStore;
  readonly activations: ActivationStore;
  readonly apis: ApiStore;
  /** Why nothing can be served at the moment; `undefined` when it can. */
  failure(): StorageError | undefined;
  /** Tells of an error that a request met: where the database is damaged, nothing more is served from it. */
  report(error: unknown): void;
  /** Waits for writes in progress, and closes the file. Idempotent. */
  close(): Promise<void>;
}
