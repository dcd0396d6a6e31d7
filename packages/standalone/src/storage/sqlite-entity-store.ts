import type { Action, Entity, EntityOf, EntityType, Rule } from '../entities/entity.js';
import { isSamePath, toPathText, type EntityPath } from '../entities/entity-path.js';
import { EntityCache, type EntityCacheLimits } from './entity-cache.js';
import { freezeEntity, fromDocument, toDocument } from './entity-document.js';
import { entityQueries, listParameters, toListQuery } from './entity-queries.js';
import { RowStatement } from './row-statement.js';
import { toNumber, toOptionalText, toText, type Row } from './row-values.js';
import type { SqliteCodeStore } from './sqlite-code-store.js';
import type { EntityListQuery, EntityStore, Page } from './stores.js';
import type { Transactions } from './transactions.js';

/** Some thousand entities of usual size take a few MiB. */
const cacheLimits: EntityCacheLimits = { entitiesMax: 10_000, charactersMax: 32 * 1024 * 1024 };

/** Entities as JSON documents, with columns for what they are searched by. This process alone writes them. */
export class SqliteEntityStore implements EntityStore {
  readonly #transactions: Transactions;
  readonly #codes: SqliteCodeStore;
  readonly #cache: EntityCache;
  readonly #statements = new Map<string, RowStatement>();

  constructor(
    transactions: Transactions,
    codes: SqliteCodeStore,
    limits: EntityCacheLimits = cacheLimits,
  ) {
    this.#transactions = transactions;
    this.#codes = codes;
    this.#cache = new EntityCache(limits);
  }

  find(path: EntityPath): Entity | undefined {
    const entity = this.#findAt(toPathText(path));
    // "a/b" as a name would read like "b" in package "a".
    return entity !== undefined && isSamePath(entity.path, path) ? entity : undefined;
  }

  put(entity: Entity): void {
    const pathText = toStoredPath(entity.path);
    freezeEntity(entity);
    const document = toDocument(entity);
    const codeDigest = codeDigestOf(entity);
    this.transaction(() => {
      const previous = this.#codeDigestAt(pathText);
      this.#statement(entityQueries.put).run(
        pathText,
        entity.path.namespace,
        entity.path.package ?? null,
        entity.path.name,
        entity.type,
        entity.updatedEpochMs,
        isListed(entity) ? 1 : 0,
        entity.type === 'rule' && entity.linked ? toPathText(entity.trigger) : null,
        codeDigest ?? null,
        document,
      );
      if (previous !== undefined && previous !== codeDigest) this.#codes.release(previous);
      this.#transactions.onRollback(() => {
        this.#cache.delete(pathText);
      });
      this.#cache.set(pathText, entity, document.length);
    });
  }

  remove(path: EntityPath): boolean {
    if (this.find(path) === undefined) return false;
    const pathText = toPathText(path);
    return this.transaction(() => {
      const previous = this.#codeDigestAt(pathText);
      this.#statement(entityQueries.remove).run(pathText);
      if (previous !== undefined) this.#codes.release(previous);
      // What is read between here and a rollback is not there, and is not kept either.
      this.#cache.delete(pathText);
      return true;
    });
  }

  list<Type extends EntityType>(
    query: EntityListQuery<Type>,
    page: Page,
  ): readonly EntityOf<Type>[] {
    const rows = this.#statement(toListQuery(query)).all(
      ...listParameters(query),
      page.limit,
      page.skip,
    );
    return this.#entitiesAt(rows, query.type);
  }

  count(query: EntityListQuery<EntityType>): number {
    const row = this.#statement(toListQuery(query, 'count')).get(...listParameters(query));
    return toNumber(row?.[0]);
  }

  linkedRules(trigger: EntityPath): readonly Rule[] {
    const rows = this.#statement(entityQueries.linkedRules).all(toPathText(trigger));
    return this.#entitiesAt(rows, 'rule');
  }

  actionsOf(inPackage: EntityPath): readonly Action[] {
    const { namespace, name } = inPackage;
    return this.#entitiesAt(
      this.#statement(entityQueries.actionsOf).all(namespace, name),
      'action',
    );
  }

  transaction<Result>(work: () => Result): Result {
    return this.#transactions.run(work);
  }

  #findAt(pathText: string): Entity | undefined {
    const cached = this.#cache.get(pathText);
    if (cached !== undefined) return cached;
    const row = this.#statement(entityQueries.find).get(pathText);
    if (row === undefined) return undefined;
    const document = toText(row[0]);
    const entity = fromDocument(document);
    this.#cache.set(pathText, entity, document.length);
    return entity;
  }

  /** Rows have the path only: most of what is listed is in the cache. */
  #entitiesAt<Type extends EntityType>(
    rows: readonly Row[],
    type: Type,
  ): readonly EntityOf<Type>[] {
    return rows
      .map((row) => this.#findAt(toText(row[0])))
      .filter((entity): entity is EntityOf<Type> => entity?.type === type);
  }

  #codeDigestAt(pathText: string): string | undefined {
    const row = this.#statement(entityQueries.codeDigest).get(pathText);
    return row === undefined ? undefined : toOptionalText(row[0]);
  }

  /** Statements are prepared when they are first needed; there are not many different ones. */
  #statement(sql: string): RowStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = new RowStatement(this.#transactions.database, sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function codeDigestOf(entity: Entity): string | undefined {
  return entity.type === 'action' && entity.exec.type === 'code'
    ? entity.exec.codeDigest
    : undefined;
}

/** Whether strangers see it when they list packages. */
function isListed(entity: Entity): boolean {
  return entity.publish && !(entity.type === 'package' && entity.binding !== undefined);
}

/** @throws TypeError of names with a slash, which nobody should let through: two paths could be one key. */
function toStoredPath(path: EntityPath): string {
  const segments = [path.namespace, path.package ?? '', path.name];
  if (segments.some((segment) => segment.includes('/')))
    throw new TypeError(`A name in "${toPathText(path)}" contains a slash.`);
  return toPathText(path);
}
