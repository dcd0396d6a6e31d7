import type { Entity } from './entity.js';
import { toContainerText } from './entity-path.js';
import { toKeyValuesText } from './key-value-lists.js';

/**
 * The members that documents of all entities have, as JSON text without braces: `"namespace":…,"name":…,
 * "version":…,"publish":…,"annotations":…,"updated":…`.
 */
export function toBaseMembers(entity: Entity): string {
  const { path, version, publish, annotations, updatedEpochMs } = entity;
  return (
    `"namespace":${JSON.stringify(toContainerText(path))},"name":${JSON.stringify(path.name)},` +
    `"version":${JSON.stringify(version)},"publish":${String(publish)},` +
    `"annotations":${toKeyValuesText(annotations)},"updated":${String(updatedEpochMs)}`
  );
}
