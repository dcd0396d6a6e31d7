import type { FastifyInstance } from 'fastify';
import { assertOwn, type Catalog } from '../catalog/catalog.js';
import type { Package } from '../entities/entity.js';
import { isSamePath, toPathText, type EntityPath } from '../entities/entity-path.js';
import {
  assertJsonObject,
  memberOf,
  textMember,
  type JsonObject,
} from '../entities/json-members.js';
import type { KeyValue } from '../entities/key-value.js';
import { parseEntityName } from '../entities/names.js';
import { Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import type { Identity } from '../users/identity.js';
import { sendJson } from './answer.js';
import { requireIdentity } from './authentication.js';
import {
  assertOverwrite,
  parseEntityChanges,
  toVersion,
  type EntityChanges,
} from './entity-changes.js';
import { readJsonBody } from './json-body.js';
import { sendList } from './lists.js';
import { toFullPackageText, toPackageSummaryText, toPackageText } from './package-documents.js';
import { readBoolean, readPage } from './query.js';
import { namespaceRoute, readEntityPath, readNamespace } from './request-path.js';

/** A word of web actions' URLs for "in no package". */
const reservedName = 'default';

/** Packages and bindings. */
export function addPackageRoutes(app: FastifyInstance, services: StandaloneServices): void {
  const { catalog, config, users } = services;
  const { entities } = catalog;
  const collection = `${namespaceRoute}/packages`;
  const url = `${collection}/:name`;

  for (const each of [collection, `${collection}/`]) {
    app.get(each, (request, reply) => {
      const identity = requireIdentity(request, users);
      const namespace = readNamespace(request.params, identity);
      const page = readPage(request.query, config.api.listLimitMax, 'packages');
      const publishedOnly = namespace !== identity.namespace;
      const query = { type: 'package', namespace, publishedOnly } as const;
      sendList(reply, page, {
        collection: 'packages',
        count: () => entities.count(query),
        items: () => entities.list(query, page).map(toPackageSummaryText),
      });
    });
  }

  app.get(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    const found = catalog.resolvePackage(identity, path);
    const actions = entities.actionsOf(found.provider.path);
    sendJson(reply, toFullPackageText(found.package, found.parameters, actions));
  });

  app.put(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    assertOwn(identity, path);
    if (path.name === reservedName) {
      throw new Rejection(
        'WW_ERR_API_RESERVED',
        `Package name '${reservedName}' is reserved. In web actions' URLs it stands for no package.`,
      );
    }
    const overwrite = readBoolean(request.query, 'overwrite', false);
    const body = assertJsonObject(readJsonBody(request));
    const changes = parseEntityChanges(body, config.api.parametersBytesMax);
    const binding = parseBinding(body, identity);
    if (binding !== undefined) assertBindable(catalog, identity, path, binding);
    const found = catalog.lookUp('package', path);
    assertOverwrite(found, overwrite);
    if (found !== undefined && found.binding === undefined && binding !== undefined) {
      throw new Rejection(
        'WW_ERR_API_EXISTS',
        `Resource is a package and cannot be converted into a binding. Delete the package "${toPathText(path)}" first, or bind under another name.`,
      );
    }
    const entity = toPackage(path, found, changes, binding, services.now());
    entities.put(entity);
    sendJson(reply, toPackageText(entity));
  });

  app.delete(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    const force = readBoolean(request.query, 'force', false);
    const entity = catalog.findOwn(identity, 'package', path);
    entities.transaction(() => {
      const actions = entities.actionsOf(path);
      if (actions.length > 0 && !force) {
        throw new Rejection(
          'WW_ERR_API_NOT_EMPTY',
          `Package not empty (contains ${String(actions.length)} ${actions.length === 1 ? 'entity' : 'entities'}). Set force param or delete package contents.`,
        );
      }
      for (const action of actions) entities.remove(action.path);
      entities.remove(path);
    });
    sendJson(reply, toPackageText(entity));
  });
}

/** `{}` says as little as nothing. */
function parseBinding(body: JsonObject, identity: Identity): EntityPath | undefined {
  const value = memberOf(body, 'binding');
  if (value === undefined) return undefined;
  const binding = assertJsonObject(value, '"binding"');
  const namespace = textMember(binding, 'namespace', 'binding.namespace');
  const name = textMember(binding, 'name', 'binding.name');
  if (namespace === undefined && name === undefined) return undefined;
  if (namespace === undefined || name === undefined) {
    throw new Rejection(
      'WW_ERR_API_BINDING',
      'A binding needs both the namespace and the name of the package behind it.',
    );
  }
  return {
    namespace:
      namespace === '_'
        ? identity.namespace
        : parseEntityName(namespace, 'namespace of the binding'),
    package: undefined,
    name: parseEntityName(name, 'name of the binding'),
  };
}

function assertBindable(
  catalog: Catalog,
  identity: Identity,
  path: EntityPath,
  binding: EntityPath,
): void {
  if (isSamePath(path, binding)) {
    throw new Rejection(
      'WW_ERR_API_SELF_BINDING',
      `Package binding '${toPathText(path)}' contains a circular reference.`,
    );
  }
  const isOwn = binding.namespace === identity.namespace;
  if (isOwn && catalog.lookUp('package', binding) === undefined) {
    throw new Rejection(
      'WW_ERR_API_BINDING',
      `Binding references a package that does not exist. It is "${toPathText(binding)}".`,
    );
  }
  if (catalog.readPackage(identity, binding).binding !== undefined) {
    throw new Rejection(
      'WW_ERR_API_BINDING',
      `Cannot bind to another package binding. "${toPathText(binding)}" is one: bind the package behind it.`,
    );
  }
}

function toPackage(
  path: EntityPath,
  found: Package | undefined,
  changes: EntityChanges,
  bound: EntityPath | undefined,
  now: number,
): Package {
  const binding =
    bound === undefined ? found?.binding : { namespace: bound.namespace, name: bound.name };
  const annotations = changes.annotations ?? found?.annotations ?? [];
  return {
    type: 'package',
    path,
    version: toVersion(found, changes),
    publish: changes.publish ?? found?.publish ?? false,
    parameters: changes.parameters ?? found?.parameters ?? [],
    annotations: withBinding(annotations, binding),
    binding,
    updatedEpochMs: now,
  };
}

/** The annotation `binding` is ours to write: clients take what has it for a binding. */
function withBinding(
  annotations: readonly KeyValue[],
  binding: Package['binding'],
): readonly KeyValue[] {
  const others = annotations.filter(({ key }) => key !== 'binding');
  if (binding === undefined) return others;
  return [...others, { key: 'binding', json: JSON.stringify(binding) }];
}
