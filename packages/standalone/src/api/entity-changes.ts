import { parseKeyValues } from '../entities/key-value-lists.js';
import type { KeyValue } from '../entities/key-value.js';
import { booleanMember, memberOf, type JsonObject } from '../entities/json-members.js';
import { toPathText } from '../entities/entity-path.js';
import type { Entity } from '../entities/entity.js';
import { firstVersion, nextVersion, parseVersion } from '../entities/versions.js';
import { Rejection } from '../rejections.js';

/** What the body of a PUT says of members that several types of entity have; `undefined`: nothing. */
export interface EntityChanges {
  readonly publish: boolean | undefined;
  readonly version: string | undefined;
  readonly annotations: readonly KeyValue[] | undefined;
  readonly parameters: readonly KeyValue[] | undefined;
}

/**
 * Reads these members; others are not looked at, and `null` counts as absent.
 *
 * @param bytesMax most bytes of the parameters, and of the annotations
 * @throws Rejection `WW_ERR_API_BODY`, `WW_ERR_API_TOO_LARGE`
 */
export function parseEntityChanges(body: JsonObject, bytesMax: number): EntityChanges {
  const version = memberOf(body, 'version');
  return {
    publish: booleanMember(body, 'publish'),
    version: version === undefined ? undefined : parseVersion(version),
    annotations: keyValueMember(body, 'annotations', bytesMax),
    parameters: keyValueMember(body, 'parameters', bytesMax),
  };
}

/** The version that is asked for, else the one after the last. */
export function toVersion(found: Entity | undefined, { version }: EntityChanges): string {
  return version ?? (found === undefined ? firstVersion : nextVersion(found.version));
}

/**
 * Refuses to write over an entity unless that was asked for.
 *
 * @throws Rejection `WW_ERR_API_EXISTS`
 */
export function assertOverwrite(found: Entity | undefined, overwrite: boolean): void {
  if (found === undefined || overwrite) return;
  throw new Rejection(
    'WW_ERR_API_EXISTS',
    `resource already exists: the ${found.type} "${toPathText(found.path)}". To change it, send overwrite=true.`,
  );
}

function keyValueMember(
  body: JsonObject,
  field: 'annotations' | 'parameters',
  bytesMax: number,
): readonly KeyValue[] | undefined {
  const value = memberOf(body, field);
  return value === undefined ? undefined : parseKeyValues(value, field, bytesMax);
}
