import type { StoredApi } from './api-book.js';
import type { ApiTarget } from './api-definition.js';
import { toOperationJson, toTarget } from './stored-route.js';

/** What answers say of an API, as JSON text: the form that `wsk` and npm `openwhisk` read. */
export function toApiJson(namespace: string, api: StoredApi, apiHost: string): string {
  const base = api.basePath === '/' ? '' : api.basePath;
  const members = {
    namespace,
    gwApiUrl: `${apiHost}/apis/${encodeURIComponent(namespace)}${encodeURI(base)}`,
    gwApiActivated: true,
    tenantId: namespace,
  };
  return `${openEnd(JSON.stringify(members))},"apidoc":${toSwaggerJson(api, apiHost)}}`;
}

/** An API in a list. */
export function toApiItemJson(namespace: string, api: StoredApi, apiHost: string): string {
  const id = JSON.stringify(`API:${namespace}:${api.basePath}`);
  return `{"id":${id},"key":${id},"value":${toApiJson(namespace, api, apiHost)}}`;
}

/** Swagger 2.0, put together of texts: what was said of numbers stays said. */
function toSwaggerJson({ json, basePath, routes }: StoredApi, apiHost: string): string {
  const paths = new Map<string, string[]>();
  for (const route of routes) {
    let members = paths.get(route.relativePath);
    if (members === undefined) paths.set(route.relativePath, (members = []));
    if (route.method === '') members.push(membersOf(route.document));
    else {
      const called = JSON.stringify(toCalled(toTarget(route), apiHost));
      members.push(
        `${JSON.stringify(route.method)}:${openEnd(toOperationJson(route))},"x-openwhisk":${called}}`,
      );
    }
  }
  const items = [...paths].map(
    ([path, members]) => `${JSON.stringify(path)}:{${members.join(',')}}`,
  );
  return `${openEnd(json)},"basePath":${JSON.stringify(basePath)},"paths":{${items.join(',')}}}`;
}

function toCalled(
  { namespace, package: inPackage = 'default', name, extension }: ApiTarget,
  apiHost: string,
): object {
  const path = [namespace, inPackage, `${name}.${extension}`].map(encodeURIComponent).join('/');
  return {
    action: name,
    namespace,
    package: inPackage,
    url: `${apiHost}/api/v1/web/${path}`,
  };
}

/** A JSON object that is not empty, ready for another member. */
function openEnd(json: string): string {
  return json.slice(0, -1);
}

function membersOf(json: string): string {
  return json.slice(1, -1);
}
