import { Rejection } from '../rejections.js';
import type { ApiRoute, Storage } from '../storage/stores.js';
import { cutObject } from '../web/json-object.js';
import type { ApiDefinition, ApiTarget } from './api-definition.js';
import { fitOf, joinPaths, segmentsOf } from './gateway-paths.js';

/*
 * An API lies in storage as its routes, and beside them what is said of more than one: with an empty
 * method what is said of a path, with an empty path and method what is said of the whole API.
 */

/** An API with everything that belongs to it. */
export interface StoredApi {
  readonly basePath: string;
  /** Swagger's members of the API; see `ApiDefinition.json`. */
  readonly json: string;
  readonly title: string;
  readonly routes: readonly ApiRoute[];
}

/** A route that a request found, or methods of the path when it takes another. */
export type RouteMatch =
  | { readonly type: 'route'; readonly target: ApiTarget }
  | { readonly type: 'method'; readonly allowed: readonly string[] }
  | { readonly type: 'none' };

/** Which part of which APIs is meant. */
export interface ApiSelection {
  /** A base path, or without a slash in front the name of an API. Default: all. */
  readonly basePath?: string | undefined;
  readonly relativePath?: string | undefined;
  /** In lower case. */
  readonly method?: string | undefined;
}

/** The APIs of all namespaces. */
export class ApiBook {
  readonly #storage: Pick<Storage, 'apis' | 'entities'>;

  constructor(storage: Pick<Storage, 'apis' | 'entities'>) {
    this.#storage = storage;
  }

  /** Adds to an API, or with `isWhole` puts it in the place of what there was. */
  create(namespace: string, definition: ApiDefinition, isWhole: boolean): StoredApi {
    const { apis } = this.#storage;
    const { basePath } = definition;
    const put = (relativePath: string, method: string, document: string): void => {
      apis.put({ namespace, basePath, relativePath, method, document });
    };
    this.#storage.entities.transaction(() => {
      if (isWhole) apis.remove(namespace, basePath);
      // Of an API that is there the name stays.
      if (apis.list(namespace, basePath).length === 0) put('', '', definition.json);
      for (const { relativePath, json } of definition.paths) put(relativePath, '', json);
      for (const { relativePath, method, target, json } of definition.operations)
        put(relativePath, method, `{"target":${JSON.stringify(target)},"operation":${json}}`);
    });
    const [created] = this.list(namespace, { basePath });
    if (created === undefined) throw new Error('the API that was just made is not there');
    return created;
  }

  /** By base path. */
  list(namespace: string, { basePath, relativePath, method }: ApiSelection): readonly StoredApi[] {
    const isPath = basePath?.startsWith('/') === true;
    const byBasePath = new Map<string, ApiRoute[]>();
    for (const route of this.#storage.apis.list(namespace, isPath ? basePath : undefined)) {
      const routes = byBasePath.get(route.basePath);
      if (routes === undefined) byBasePath.set(route.basePath, [route]);
      else routes.push(route);
    }
    const found: StoredApi[] = [];
    for (const key of [...byBasePath.keys()].sort()) {
      const api = toStoredApi(key, byBasePath.get(key) ?? []);
      if (basePath !== undefined && !isPath && api.title !== basePath) continue;
      const routes = api.routes.filter(
        (route) =>
          (relativePath === undefined || route.relativePath === relativePath) &&
          (method === undefined || route.method === method || route.method === ''),
      );
      if (routes.some((route) => route.method !== '')) found.push({ ...api, routes });
    }
    return found;
  }

  /** @throws Rejection `WW_ERR_API_NOT_FOUND` when there is nothing of the kind */
  remove(namespace: string, selection: ApiSelection): void {
    const { apis, entities } = this.#storage;
    entities.transaction(() => {
      const found = this.list(namespace, selection);
      if (found.length === 0)
        throw new Rejection(
          'WW_ERR_API_NOT_FOUND',
          `There is no API ${describeSelection(selection)} in the namespace "${namespace}".`,
        );
      const { relativePath, method } = selection;
      for (const { basePath } of found) {
        if (relativePath === undefined) {
          apis.remove(namespace, basePath);
          continue;
        }
        apis.remove(namespace, basePath, relativePath, method);
        this.#removeRemains(namespace, basePath, relativePath);
      }
    });
  }

  /** Finds what a request is for, by the path behind its namespace, split and decoded. */
  match(namespace: string, segments: readonly string[], method: string): RouteMatch {
    const fits: { readonly fit: string; readonly basePath: string; readonly route: ApiRoute }[] =
      [];
    for (const route of this.#storage.apis.list(namespace)) {
      if (route.method === '') continue;
      const template = segmentsOf(joinPaths(route.basePath, route.relativePath));
      const fit = fitOf(template, segments);
      if (fit !== undefined) fits.push({ fit, basePath: route.basePath, route });
    }
    fits.sort(
      (one, other) => compare(one.fit, other.fit) || other.basePath.length - one.basePath.length,
    );
    const found =
      fits.find(({ route }) => route.method === method) ??
      // As everywhere: what can be got has a head.
      (method === 'head' ? fits.find(({ route }) => route.method === 'get') : undefined);
    if (found !== undefined) return { type: 'route', target: toTarget(found.route) };
    if (fits.length === 0) return { type: 'none' };
    return { type: 'method', allowed: [...new Set(fits.map(({ route }) => route.method))] };
  }

  /** What is said of paths and APIs goes with the last operation. */
  #removeRemains(namespace: string, basePath: string, relativePath: string): void {
    const { apis } = this.#storage;
    const operations = apis.list(namespace, basePath).filter(({ method }) => method !== '');
    if (operations.length === 0) apis.remove(namespace, basePath);
    else if (!operations.some((route) => route.relativePath === relativePath))
      apis.remove(namespace, basePath, relativePath);
  }
}

/** The web action of a route. */
export function toTarget({ document }: ApiRoute): ApiTarget {
  const source = cutObject(document).get('target')?.source;
  if (source === undefined) throw new Error('a stored route without a target');
  return JSON.parse(source) as ApiTarget;
}

/** What Swagger says of a route, as JSON text. */
export function toOperationJson({ document }: ApiRoute): string {
  const source = cutObject(document).get('operation')?.source;
  if (source === undefined) throw new Error('a stored route without an operation');
  return source;
}

function toStoredApi(basePath: string, all: readonly ApiRoute[]): StoredApi {
  const json = all.find((route) => route.relativePath === '' && route.method === '')?.document;
  if (json === undefined) throw new Error('a stored API without its description');
  const { info } = JSON.parse(json) as { readonly info: { readonly title: unknown } };
  return {
    basePath,
    json,
    title: String(info.title),
    routes: all.filter(({ relativePath }) => relativePath !== ''),
  };
}

function describeSelection({ basePath = '', relativePath, method }: ApiSelection): string {
  const parts = [basePath, relativePath, method].filter((part) => part !== undefined);
  return JSON.stringify(parts.join(' ').slice(0, 256));
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
