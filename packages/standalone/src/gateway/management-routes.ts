import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../api/answer.js';
import { requireIdentity } from '../api/authentication.js';
import { readJsonBytes } from '../api/json-body.js';
import { readPage, readText } from '../api/query.js';
import { parseExactJson } from '../entities/exact-json.js';
import { assertJsonObject, textMember, type JsonObject } from '../entities/json-members.js';
import { toPathText } from '../entities/entity-path.js';
import { isRejection, Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import type { Identity } from '../users/identity.js';
import { findWebAction } from '../web/web-action.js';
import { toApiItemJson, toApiJson } from './api-answer.js';
import type { ApiBook, ApiSelection } from './api-book.js';
import type { ApiTarget } from './api-definition.js';
import { parseApiMethod, parseApiPath } from './gateway-paths.js';
import { readApi } from './read-api.js';

const prefix = '/api/v1/web/whisk.system/apimgmt';

/** `wsk` asks with the extension, npm `openwhisk` without; the answer is the same. */
const extensions = ['', '.http', '.json'] as const;

/** What a caller says, in query or body: the body counts more. */
interface ManagementInput {
  readonly query: unknown;
  readonly body: JsonObject;
}

/**
 * What `wsk api` calls: three web actions of OpenWhisk, which here are none. Whoever has credentials
 * may call them, for APIs of its own namespace.
 */
export function addManagementRoutes(
  app: FastifyInstance,
  services: StandaloneServices,
  book: ApiBook,
): void {
  const { users, config, apiHost } = services;
  const add = (
    method: 'GET' | 'POST' | 'DELETE',
    name: string,
    answer: (identity: Identity, input: ManagementInput) => string,
  ): void => {
    for (const extension of extensions)
      app.route({
        method,
        url: `${prefix}/${name}${extension}`,
        bodyLimit: config.api.payloadBytesMax,
        onRequest: (request, _reply, done) => {
          requireIdentity(request, users);
          done();
        },
        handler: (request: FastifyRequest, reply: FastifyReply) =>
          sendJson(reply, answer(requireIdentity(request, users), readInput(request))),
      });
  };

  add('POST', 'createApi', (identity, { query, body }) => {
    const responseType = textMember(body, 'responsetype') ?? readText(query, 'responsetype');
    const { definition, isWhole } = readApi(body, identity, responseType);
    for (const { target } of definition.operations) assertAction(services, identity, target);
    const created = book.create(identity.namespace, definition, isWhole);
    return toApiJson(identity.namespace, created, apiHost());
  });

  add('GET', 'getApi', ({ namespace }, input) => {
    const { skip, limit } = readPage(input.query, config.api.listLimitMax, 'apis');
    const apis = book.list(namespace, readSelection(input)).slice(skip, skip + limit);
    const items = apis.map((api) => toApiItemJson(namespace, api, apiHost()));
    return `{"apis":[${items.join(',')}]}`;
  });

  add('DELETE', 'deleteApi', ({ namespace }, input) => {
    const selection = readSelection(input);
    if (selection.basePath === undefined)
      throw new Rejection(
        'WW_ERR_API_GATEWAY',
        'Say which API is to be deleted: "basepath" is missing.',
      );
    book.remove(namespace, selection);
    return '{}';
  });
}

/**
 * An action of the caller's own must be there. Of another's nobody learns more than whether it is a web action.
 *
 * @throws Rejection `WW_ERR_API_GATEWAY`
 */
function assertAction(services: StandaloneServices, identity: Identity, target: ApiTarget): void {
  try {
    if (target.namespace === identity.namespace) services.catalog.resolveAction(identity, target);
    else findWebAction(services, target);
  } catch (error) {
    if (!isRejection(error)) throw error;
    const path = toPathText(target);
    throw new Rejection(
      'WW_ERR_API_GATEWAY',
      `The action "${path}" of the API does not exist. Create it first, with --web true.`,
      { cause: error },
    );
  }
}

const noMembers: JsonObject = {};

function readInput(request: FastifyRequest): ManagementInput {
  const bytes = readJsonBytes(request);
  return {
    query: request.query,
    body: bytes === undefined ? noMembers : assertJsonObject(parseExactJson(bytes)),
  };
}

/** @throws Rejection `WW_ERR_API_GATEWAY` */
function readSelection({ query, body }: ManagementInput): ApiSelection {
  const read = (name: string): string | undefined => {
    const text = textMember(body, name) ?? readText(query, name);
    return text === '' ? undefined : text;
  };
  const basePath = read('basepath');
  const relativePath = read('relpath');
  const operation = read('operation');
  if (operation !== undefined && relativePath === undefined)
    throw new Rejection(
      'WW_ERR_API_GATEWAY',
      'An operation belongs to a path: "operation" needs "relpath".',
    );
  return {
    basePath: basePath?.startsWith('/') ? parseApiPath(basePath, 'base path') : basePath,
    relativePath: relativePath === undefined ? undefined : parseApiPath(relativePath, 'path'),
    method: operation === undefined ? undefined : parseApiMethod(operation),
  };
}
