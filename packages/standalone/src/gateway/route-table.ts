import type { ApiRoute, ApiStore } from '../storage/stores.js';
import type { ApiTarget } from './api-definition.js';
import { fitOf, joinPaths, segmentsOf } from './gateway-paths.js';
import { toTarget } from './stored-route.js';

/** A route that a request found, or the methods of its path when it takes others. */
export type RouteMatch =
  | { readonly type: 'route'; readonly target: ApiTarget }
  | { readonly type: 'method'; readonly allowed: readonly string[] }
  | { readonly type: 'none' };

interface PreparedRoute {
  readonly template: readonly string[];
  readonly basePath: string;
  readonly method: string;
  readonly target: ApiTarget;
}

interface Fit {
  readonly fit: string;
  readonly route: PreparedRoute;
}

/** Finds the web action of a request. Routes are read once, and again after they were changed. */
export class RouteTable {
  readonly #apis: Pick<ApiStore, 'list'>;
  /** Only of namespaces that have APIs, so that guessed names take no memory. */
  readonly #prepared = new Map<string, readonly PreparedRoute[]>();

  constructor(apis: Pick<ApiStore, 'list'>) {
    this.#apis = apis;
  }

  /** To be called when an API of a namespace was changed. */
  forget(namespace: string): void {
    this.#prepared.delete(namespace);
  }

  /**
   * Finds what a request is for: the path that says most counts, and of equal ones that with the longer
   * base path. What can be got has a head.
   *
   * @param segments Of the path behind the namespace, decoded.
   * @param method In lower case.
   */
  match(namespace: string, segments: readonly string[], method: string): RouteMatch {
    const fits: Fit[] = [];
    for (const route of this.#routesOf(namespace)) {
      const fit = fitOf(route.template, segments);
      if (fit !== undefined) fits.push({ fit, route });
    }
    fits.sort(compareFits);
    const found =
      findMethod(fits, method) ?? (method === 'head' ? findMethod(fits, 'get') : undefined);
    if (found !== undefined) return { type: 'route', target: found.route.target };
    if (fits.length === 0) return { type: 'none' };
    return { type: 'method', allowed: [...new Set(fits.map(({ route }) => route.method))] };
  }

  #routesOf(namespace: string): readonly PreparedRoute[] {
    const known = this.#prepared.get(namespace);
    if (known !== undefined) return known;
    const routes = this.#apis
      .list(namespace)
      .filter(({ method }) => method !== '')
      .map(prepare);
    if (routes.length > 0) this.#prepared.set(namespace, routes);
    return routes;
  }
}

function prepare(route: ApiRoute): PreparedRoute {
  const { basePath, relativePath, method } = route;
  return {
    template: segmentsOf(joinPaths(basePath, relativePath)),
    basePath,
    method,
    target: toTarget(route),
  };
}

function findMethod(fits: readonly Fit[], method: string): Fit | undefined {
  return fits.find(({ route }) => route.method === method);
}

function compareFits(one: Fit, other: Fit): number {
  if (one.fit !== other.fit) return one.fit < other.fit ? -1 : 1;
  return other.route.basePath.length - one.route.basePath.length;
}
