import { parseExactJson } from '../entities/exact-json.js';
import {
  assertJsonObject,
  isJsonObject,
  memberOf,
  textMember,
  type JsonObject,
} from '../entities/json-members.js';
import { Rejection } from '../rejections.js';
import type { Identity } from '../users/identity.js';
import { isWebExtension, webExtensions, type WebExtension } from '../web/web-address.js';
import type { ApiDefinition, ApiTarget } from './api-definition.js';
import { incomplete, readActionName, requireText, toOperationId } from './api-members.js';
import { assertParameters, parseApiMethod, parseApiPath, parseBasePath } from './gateway-paths.js';
import { toSecret } from './read-policies.js';
import { readSwagger } from './read-swagger.js';

/** An API as a request describes it. */
export interface ApiRequest {
  readonly definition: ApiDefinition;
  /** Whether it stands for the whole API, which replaces what there was, or is added to it. */
  readonly isWhole: boolean;
}

/**
 * Reads `apidoc` of a request to create an API: either one path and method with its action, or a whole
 * API in Swagger 2.0. What it says of URLs and keys is not used: `wskdeploy` sends URLs that are none.
 *
 * @param responseType The extension by which the action is called.
 * @throws Rejection `WW_ERR_API_GATEWAY`, `WW_ERR_API_BODY`, `WW_ERR_API_NAME`,
 *   `WW_ERR_API_FORBIDDEN` of an API in another's namespace
 */
export function readApi(
  body: JsonObject,
  identity: Identity,
  responseType: string | undefined,
): ApiRequest {
  const document = readDocument(memberOf(body, 'apidoc'));
  const namespace = textMember(document, 'namespace') ?? '_';
  if (namespace !== '_' && namespace !== identity.namespace)
    throw new Rejection(
      'WW_ERR_API_FORBIDDEN',
      `The supplied authentication is not authorized to make APIs of ${JSON.stringify(namespace.slice(0, 256))}.`,
    );
  const extension = readExtension(responseType);
  const swagger = memberOf(document, 'swagger');
  if (swagger === undefined)
    return { definition: readOperation(document, identity, extension), isWhole: false };
  if (memberOf(document, 'gatewayBasePath') !== undefined)
    throw incomplete('"swagger" and "gatewayBasePath" exclude each other');
  const whole = typeof swagger === 'string' ? parseText(swagger, 'swagger') : swagger;
  return {
    definition: readSwagger(assertJsonObject(whole, '"swagger"'), identity, extension),
    isWhole: true,
  };
}

function readDocument(apidoc: unknown): JsonObject {
  if (apidoc === undefined) throw incomplete('it has no "apidoc"');
  const document = typeof apidoc === 'string' ? parseText(apidoc, 'apidoc') : apidoc;
  return assertJsonObject(document, '"apidoc"');
}

function parseText(text: string, field: string): unknown {
  try {
    return parseExactJson(Buffer.from(text));
  } catch (error) {
    throw new Rejection('WW_ERR_API_GATEWAY', `"${field}" is a text, and not one of JSON.`, {
      cause: error,
    });
  }
}

/** @throws Rejection `WW_ERR_API_GATEWAY` */
function readExtension(text: string | undefined): WebExtension {
  if (text === undefined || text === '') return 'json';
  const extension = text.toLowerCase();
  if (isWebExtension(extension)) return extension;
  throw new Rejection(
    'WW_ERR_API_GATEWAY',
    `The response type ${JSON.stringify(text.slice(0, 100))} is none of ${webExtensions.join(', ')}.`,
  );
}

function readOperation(
  document: JsonObject,
  identity: Identity,
  extension: WebExtension,
): ApiDefinition {
  const basePath = parseBasePath(requireText(document, 'gatewayBasePath'));
  const relativePath = parseApiPath(requireText(document, 'gatewayPath'), 'path');
  const method = parseApiMethod(requireText(document, 'gatewayMethod'));
  const action = memberOf(document, 'action');
  if (!isJsonObject(action)) throw incomplete('it has no "action"');
  const secureKey = memberOf(action, 'secureKey');
  const target: ApiTarget = {
    ...readActionName(
      requireText(action, 'name', 'action.name'),
      textMember(action, 'namespace', 'action.namespace') ?? '_',
      identity,
    ),
    extension,
    secureKey: toSecret(secureKey),
  };
  assertParameters(relativePath, extension);
  const title = textMember(document, 'apiName') ?? basePath;
  const parameters = memberOf(document, 'pathParameters');
  return {
    basePath,
    title,
    json: JSON.stringify({ swagger: '2.0', info: { title, version: '1.0.0' } }),
    paths: [],
    operations: [
      {
        relativePath,
        method,
        target,
        json: JSON.stringify({
          operationId: toOperationId(method, relativePath),
          ...(Array.isArray(parameters) && parameters.length > 0 ? { parameters } : undefined),
          responses: { default: { description: 'Default response' } },
        }),
      },
    ],
  };
}
