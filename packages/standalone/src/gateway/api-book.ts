import { Rejection } from '../rejections.js';
import type { ApiRoute, Storage } from '../storage/stores.js';
import type { ApiDefinition } from './api-definition.js';
import type { RouteTable } from './route-table.js';
import { toRouteDocument } from './stored-route.js';

/** An API with everything that belongs to it. */
export interface StoredApi {
  readonly basePath: string;
  /** Swagger's members of the API; see `ApiDefinition.json`. */
  readonly json: string;
  readonly title: string;
  readonly routes: readonly ApiRoute[];
}

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
  readonly #routes: Pick<RouteTable, 'forget'>;

  /** @param routes Is told of changes. */
  constructor(storage: Pick<Storage, 'apis' | 'entities'>, routes: Pick<RouteTable, 'forget'>) {
    this.#storage = storage;
    this.#routes = routes;
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
      for (const operation of definition.operations)
        put(operation.relativePath, operation.method, toRouteDocument(operation));
    });
    this.#routes.forget(namespace);
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
    this.#routes.forget(namespace);
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
