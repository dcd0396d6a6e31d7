import { isJsonObject, memberOf, textMember, type JsonObject } from '../entities/json-members.js';
import { shorten } from '../shown-text.js';
import type { Identity } from '../users/identity.js';
import { isWebExtension, type WebExtension } from '../web/web-address.js';
import type { ApiDefinition, ApiOperation, ApiPath, ApiTarget } from './api-definition.js';
import { incomplete, readActionName, requireText, toOperationId } from './api-members.js';
import { apiMethods, assertParameters, parseApiPath, parseBasePath } from './gateway-paths.js';
import {
  assertUnguarded,
  configurationNames,
  readSecrets,
  type ApiSecrets,
} from './read-policies.js';

/** Most operations of one API. */
const operationsMax = 1000;

/**
 * Reads a whole API in Swagger 2.0, as `wsk api get` prints it. Of each operation `x-openwhisk` says
 * which web action it calls.
 *
 * @param extension By which actions are called whose `url` does not say.
 * @throws Rejection `WW_ERR_API_GATEWAY`, `WW_ERR_API_BODY`, `WW_ERR_API_NAME`
 */
export function readSwagger(
  swagger: JsonObject,
  identity: Identity,
  extension: WebExtension,
): ApiDefinition {
  const basePath = parseBasePath(requireText(swagger, 'basePath'));
  const info = memberOf(swagger, 'info');
  if (!isJsonObject(info)) throw incomplete('it has no "info"');
  const paths = memberOf(swagger, 'paths');
  if (!isJsonObject(paths)) throw incomplete('it has no "paths"');
  assertUnguarded(swagger, 'the API');
  const secrets = readSecrets(swagger);
  const found: { paths: ApiPath[]; operations: ApiOperation[] } = { paths: [], operations: [] };
  for (const [path, item] of Object.entries(paths)) {
    if (!isJsonObject(item)) throw incomplete(`the path ${shorten(path)} is no object`);
    const relativePath = parseApiPath(path, 'path');
    assertUnguarded(item, `the path ${shorten(path)}`);
    const others: [string, unknown][] = [];
    for (const [key, value] of Object.entries(item)) {
      if (!apiMethods.has(key)) others.push([key, value]);
      else {
        const read = readOperation(relativePath, key, value, identity, extension);
        found.operations.push(withSecret(read, value, secrets));
      }
    }
    if (others.length > 0)
      found.paths.push({ relativePath, json: JSON.stringify(Object.fromEntries(others)) });
  }
  if (found.operations.length === 0) throw incomplete('its paths have no operation');
  if (found.operations.length > operationsMax)
    throw incomplete(`it has more than ${String(operationsMax)} operations`);
  const title = textMember(info, 'title', 'info.title') ?? basePath;
  return {
    basePath,
    title,
    json: toTopLevel(swagger, info, title),
    ...found,
  };
}

/** `wsk` lists an API by its title, so each has one. */
function toTopLevel(swagger: JsonObject, info: JsonObject, title: string): string {
  const { swagger: version, basePath: _basePath, paths: _paths, info: _info, ...rest } = swagger;
  // Policies hold secrets, which are kept with the operations and shown to nobody.
  const others = Object.fromEntries(
    Object.entries(rest).filter(([name]) => !configurationNames.includes(name)),
  );
  return JSON.stringify({
    swagger: version ?? '2.0',
    info: { version: '1.0.0', ...info, title },
    ...others,
  });
}

function readOperation(
  relativePath: string,
  method: string,
  value: unknown,
  identity: Identity,
  extension: WebExtension,
): ApiOperation {
  const field = `${method} ${shorten(relativePath)}`;
  if (!isJsonObject(value)) throw incomplete(`${field} is no object`);
  assertUnguarded(value, field);
  const called = memberOf(value, 'x-openwhisk');
  if (!isJsonObject(called))
    throw incomplete(`${field} has no "x-openwhisk", which names its action`);
  const { 'x-openwhisk': _called, ...others } = value;
  const target = readTarget(called, identity, extension);
  assertParameters(relativePath, target.extension);
  return {
    relativePath,
    method,
    target,
    json: JSON.stringify({
      ...others,
      operationId: textMember(value, 'operationId') ?? toOperationId(method, relativePath),
      responses: memberOf(value, 'responses') ?? { default: { description: 'Default response' } },
    }),
  };
}

/** Adds what the gateway's configuration says of an operation. */
function withSecret(operation: ApiOperation, value: unknown, secrets: ApiSecrets): ApiOperation {
  const id = isJsonObject(value) ? (textMember(value, 'operationId') ?? '') : '';
  const secureKey = secrets.byOperation.get(id) ?? secrets.all;
  return { ...operation, target: { ...operation.target, secureKey } };
}

function readTarget(called: JsonObject, identity: Identity, byDefault: WebExtension): ApiTarget {
  const name = requireText(called, 'action', 'x-openwhisk.action');
  const inPackage = textMember(called, 'package', 'x-openwhisk.package') ?? '';
  const namespace = textMember(called, 'namespace', 'x-openwhisk.namespace') ?? '_';
  const ending = /\.([a-z]+)(?:\$\(request\.path\))?$/.exec(
    textMember(called, 'url', 'x-openwhisk.url') ?? '',
  )?.[1];
  const full = inPackage === '' || name.includes('/') ? name : `${inPackage}/${name}`;
  return {
    ...readActionName(full, namespace, identity),
    extension: ending !== undefined && isWebExtension(ending) ? ending : byDefault,
    secureKey: undefined,
  };
}
