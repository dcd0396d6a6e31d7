import type { ApiRoute } from '../storage/stores.js';
import { cutObject } from '../web/json-object.js';
import type { ApiOperation, ApiTarget } from './api-definition.js';

/*
 * An API lies in storage as its routes, and beside them what is said of more than one: with an empty
 * method what is said of a path, with an empty path and method what is said of the whole API.
 */

/** The document of a route. */
export function toRouteDocument({ target, json }: ApiOperation): string {
  return `{"target":${JSON.stringify(target)},"operation":${json}}`;
}

/** The web action of a route. */
export function toTarget(route: ApiRoute): ApiTarget {
  return JSON.parse(memberOf(route, 'target')) as ApiTarget;
}

/** What Swagger says of a route, as JSON text. */
export function toOperationJson(route: ApiRoute): string {
  return memberOf(route, 'operation');
}

function memberOf({ document }: ApiRoute, name: string): string {
  const member = cutObject(document).get(name);
  if (member === undefined) throw new Error(`a stored route without "${name}"`);
  return member.source;
}
