import type { EntityType } from '../entities/entity.js';
import type { EntityListQuery } from './stores.js';

/** SQL about entities. Lists yield paths only. */
export const entityQueries = {
  find: 'SELECT document FROM entities WHERE path = ?',
  codeDigest: 'SELECT code_digest FROM entities WHERE path = ?',
  put: `REPLACE INTO entities
    (path, namespace, package, name, type, updated, listed, linked_trigger, code_digest, document)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  remove: 'DELETE FROM entities WHERE path = ?',
  linkedRules: 'SELECT path FROM entities WHERE linked_trigger = ? ORDER BY name, path',
  actionsOf: 'SELECT path FROM entities WHERE namespace = ? AND package = ? ORDER BY name',
} as const;

/** The SQL of a list or its count; its parameters are `listParameters`, then limit and offset of a list. */
export function toListQuery(
  query: EntityListQuery<EntityType>,
  form: 'list' | 'count' = 'list',
): string {
  // The plus keeps the type out of the choice of the index: the package says more.
  const condition = [
    'namespace = ?',
    query.package === undefined ? 'type = ?' : '+type = ? AND package = ?',
    ...(query.publishedOnly === true ? ['listed = 1'] : []),
  ].join(' AND ');
  return form === 'count'
    ? `SELECT count(*) FROM entities WHERE ${condition}`
    : `SELECT path FROM entities WHERE ${condition} ORDER BY updated DESC, id DESC LIMIT ? OFFSET ?`;
}

export function listParameters(query: EntityListQuery<EntityType>): readonly string[] {
  const { namespace, type } = query;
  return query.package === undefined ? [namespace, type] : [namespace, type, query.package];
}
