import type { EntityPath } from '../entities/entity-path.js';
import { parseEntityName } from '../entities/names.js';
import { Rejection } from '../rejections.js';
import type { Identity } from '../users/identity.js';

/** Where everything of a namespace lies. Routes below it call their other segments `package` and `name`. */
export const namespaceRoute = '/api/v1/namespaces/:namespace';

/** What a caller writes for its own namespace. */
const ownNamespace = '_';

/**
 * The namespace of a request: `:namespace` of its route, or the caller's for `_`.
 *
 * @param params as Fastify found them, decoded
 * @throws Rejection `WW_ERR_API_NAME`
 */
export function readNamespace(params: unknown, { namespace }: Identity): string {
  const text = readSegment(params, 'namespace');
  if (text === undefined) throw new Error('the route has no :namespace');
  return text === ownNamespace ? namespace : parseEntityName(text, 'namespace');
}

/**
 * The entity that a request is about: `:namespace`, `:package` if the route has one, and `:name`.
 *
 * @throws Rejection `WW_ERR_API_NAME`
 */
export function readEntityPath(params: unknown, identity: Identity): EntityPath {
  const namespace = readNamespace(params, identity);
  const inPackage = readSegment(params, 'package');
  const name = readSegment(params, 'name');
  if (name === undefined) throw new Error('the route has no :name');
  return {
    namespace,
    package: inPackage === undefined ? undefined : parseEntityName(inPackage, 'package name'),
    name: parseEntityName(name, 'name'),
  };
}

/** A segment of a route, decoded; `undefined` when the route has none of this name. */
export function readSegment(params: unknown, name: string): string | undefined {
  if (typeof params !== 'object' || params === null || !Object.hasOwn(params, name))
    return undefined;
  const value: unknown = Reflect.get(params, name);
  return typeof value === 'string' ? value : undefined;
}

/**
 * One segment of a path that was split at its slashes, decoded.
 *
 * @throws Rejection `WW_ERR_API_REQUEST` of escapes that stand for no text
 */
export function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new Rejection(
      'WW_ERR_API_REQUEST',
      `The path cannot be decoded: ${JSON.stringify(segment)} has a bad percent-encoding.`,
      { cause: error },
    );
  }
}
