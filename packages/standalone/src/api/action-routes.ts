import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assertOwnNamespace } from '../catalog/catalog.js';
import { parseActionBody } from '../entities/action-body.js';
import { toActionDocument, toActionSummary } from '../entities/action-document.js';
import { toCodeJson } from '../entities/code-text.js';
import type { Action } from '../entities/entity.js';
import { toPathText, type EntityPath } from '../entities/entity-path.js';
import { parseEntityName } from '../entities/names.js';
import type { EntityListQuery } from '../storage/stores.js';
import type { StandaloneServices } from '../standalone-services.js';
import type { Identity } from '../users/identity.js';
import { assertWritable, deployAction } from './action-deployment.js';
import { sendJson } from './answer.js';
import { assertCodeCanRun } from './code-check.js';
import { assertOverwrite } from './entity-changes.js';
import { requireIdentity } from './authentication.js';
import { readJsonBody } from './json-body.js';
import { sendList } from './lists.js';
import { readBoolean, readPage } from './query.js';
import { namespaceRoute, readEntityPath, readNamespace, readSegment } from './request-path.js';

const collection = `${namespaceRoute}/actions`;

/** Actions: written, read, deleted and listed. Invoking them is somebody else's. */
export function addActionRoutes(app: FastifyInstance, services: StandaloneServices): void {
  for (const url of [`${collection}/:name`, `${collection}/:package/:name`]) {
    app.put(url, (request, reply) => putAction(services, request, reply));
    app.get(url, (request, reply) => {
      getAction(services, request, reply);
    });
    app.delete(url, (request, reply) => {
      deleteAction(services, request, reply);
    });
  }
  for (const url of [collection, `${collection}/`])
    app.get(url, (request, reply) => {
      listActions(services, request, reply);
    });
  app.get(`${collection}/:package/`, (request, reply) => {
    listPackage(services, request, reply);
  });
}

async function putAction(
  services: StandaloneServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { config, catalog, executor, users } = services;
  const identity = requireIdentity(request, users);
  const path = readEntityPath(request.params, identity);
  assertWritable(catalog, identity, path);
  const overwrite = readBoolean(request.query, 'overwrite', false);
  const body = parseActionBody(readJsonBody(request), {
    callerNamespace: identity.namespace,
    codeBytesMax: config.api.codeBytesMax,
    parametersBytesMax: config.api.parametersBytesMax,
  });
  // Before the code is looked at, which takes its time.
  assertOverwrite(catalog.lookUp('action', path), overwrite);
  if (body.exec?.type === 'code') await assertCodeCanRun(executor, body.exec);
  const action = deployAction(services, { identity, path, body, overwrite });
  // Without its code, which may be 48 MiB: who just sent it has it.
  return sendJson(reply, toActionDocument(action));
}

function getAction(
  { storage, catalog, users }: StandaloneServices,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const identity = requireIdentity(request, users);
  const path = readEntityPath(request.params, identity);
  const withCode = readBoolean(request.query, 'code', true);
  const { action, parameters, binding } = catalog.resolveAction(identity, path);
  const options = withCode
    ? { parameters, codeJson: readCode(storage, action) }
    : { parameters, binding };
  sendJson(reply, toActionDocument(action, options));
}

function deleteAction(
  { storage, catalog, users }: StandaloneServices,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const identity = requireIdentity(request, users);
  const path = readEntityPath(request.params, identity);
  assertWritable(catalog, identity, path);
  const action = storage.entities.transaction(() => {
    const found = catalog.findOwn(identity, 'action', path);
    storage.entities.remove(path);
    return found;
  });
  sendJson(reply, toActionDocument(action));
}

function listActions(
  services: StandaloneServices,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const identity = requireIdentity(request, services.users);
  const namespace = readNamespace(request.params, identity);
  assertOwnNamespace(identity, namespace);
  sendActions(services, request, reply, { type: 'action', namespace });
}

/** The actions of a package, or of the one behind a binding. */
function listPackage(
  services: StandaloneServices,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const identity = requireIdentity(request, services.users);
  const path = readPackagePath(request.params, identity);
  const { namespace, name } = services.catalog.resolvePackage(identity, path).provider.path;
  sendActions(services, request, reply, { type: 'action', namespace, package: name });
}

function readPackagePath(params: unknown, identity: Identity): EntityPath {
  const namespace = readNamespace(params, identity);
  const name = parseEntityName(readSegment(params, 'package') ?? '', 'package name');
  return { namespace, package: undefined, name };
}

function sendActions(
  { config, storage: { entities } }: StandaloneServices,
  request: FastifyRequest,
  reply: FastifyReply,
  query: EntityListQuery<'action'>,
): void {
  const page = readPage(request.query, config.api.listLimitMax, 'actions');
  sendList(reply, page, {
    collection: 'actions',
    count: () => entities.count(query),
    items: () => entities.list(query, page).map(toActionSummary),
  });
}

function readCode({ codes }: StandaloneServices['storage'], action: Action): string | undefined {
  const { exec } = action;
  if (exec.type === 'sequence') return undefined;
  const bytes = codes.get(exec.codeDigest);
  if (bytes === undefined)
    throw new Error(`the code of "${toPathText(action.path)}" is missing: ${exec.codeDigest}`);
  return toCodeJson({ bytes, binary: exec.binary });
}
