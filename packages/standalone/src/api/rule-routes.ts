import type { FastifyInstance } from 'fastify';
import { assertOwn, assertOwnNamespace, type Catalog } from '../catalog/catalog.js';
import type { Rule } from '../entities/entity.js';
import { toPathText, type EntityPath } from '../entities/entity-path.js';
import {
  assertJsonObject,
  isJsonObject,
  memberOf,
  textMember,
  type JsonObject,
} from '../entities/json-members.js';
import { parsePathText } from '../entities/names.js';
import { isRejection, Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import type { Identity } from '../users/identity.js';
import { sendJson } from './answer.js';
import { requireIdentity } from './authentication.js';
import { assertOverwrite, parseEntityChanges, toVersion } from './entity-changes.js';
import { readJsonBody } from './json-body.js';
import { sendList } from './lists.js';
import { readBoolean, readPage } from './query.js';
import { namespaceRoute, readEntityPath, readNamespace } from './request-path.js';
import { statusOf, toRuleSummaryText, toRuleText } from './trigger-documents.js';

/** Rules: which action is invoked when a trigger is fired. */
export function addRuleRoutes(app: FastifyInstance, services: StandaloneServices): void {
  const { catalog, config, users } = services;
  const { entities } = catalog;
  const collection = `${namespaceRoute}/rules`;
  const url = `${collection}/:name`;

  for (const each of [collection, `${collection}/`]) {
    app.get(each, (request, reply) => {
      const identity = requireIdentity(request, users);
      const namespace = readNamespace(request.params, identity);
      assertOwnNamespace(identity, namespace);
      const page = readPage(request.query, config.api.listLimitMax, 'rules');
      const query = { type: 'rule', namespace } as const;
      sendList(reply, page, {
        collection: 'rules',
        count: () => entities.count(query),
        items: () => entities.list(query, page).map(toRuleSummaryText),
      });
    });
  }

  app.get(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    sendJson(reply, toRuleText(catalog.findOwn(identity, 'rule', path)));
  });

  app.put(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    assertOwn(identity, path);
    const overwrite = readBoolean(request.query, 'overwrite', false);
    const body = assertJsonObject(readJsonBody(request));
    const changes = parseEntityChanges(body, config.api.parametersBytesMax);
    const found = catalog.lookUp('rule', path);
    assertOverwrite(found, overwrite);
    const trigger = parseReference(body, 'trigger', identity) ?? found?.trigger;
    const action = parseReference(body, 'action', identity) ?? found?.action;
    if (trigger === undefined || action === undefined) {
      throw new Rejection('WW_ERR_API_RULE', 'A rule needs both a trigger and an action.');
    }
    assertTrigger(catalog, identity, trigger);
    assertAction(catalog, identity, action);
    const rule: Rule = {
      type: 'rule',
      path,
      version: toVersion(found, changes),
      publish: changes.publish ?? found?.publish ?? false,
      annotations: changes.annotations ?? found?.annotations ?? [],
      trigger,
      action,
      status: found === undefined ? 'active' : statusOf(found),
      linked: true,
      updatedEpochMs: services.now(),
    };
    entities.put(rule);
    sendJson(reply, toRuleText(rule));
  });

  app.post(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    const status = parseStatus(assertJsonObject(readJsonBody(request)));
    const rule = catalog.findOwn(identity, 'rule', path);
    if (status !== statusOf(rule)) {
      if (status === 'active' && catalog.lookUp('trigger', rule.trigger) === undefined) {
        throw new Rejection(
          'WW_ERR_API_NOT_FOUND',
          `The rule cannot be enabled, because its trigger "${toPathText(rule.trigger)}" does not exist.`,
        );
      }
      entities.put({ ...rule, status, linked: true });
    }
    // No body, as `wsk` expects it.
    void reply.send();
  });

  app.delete(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    const rule = catalog.findOwn(identity, 'rule', path);
    entities.remove(path);
    sendJson(reply, toRuleText(rule, 'inactive'));
  });
}

/** A name as text, or as the object that documents have. */
function parseReference(
  body: JsonObject,
  field: 'trigger' | 'action',
  identity: Identity,
): EntityPath | undefined {
  const value = memberOf(body, field);
  if (value === undefined) return undefined;
  if (typeof value === 'string') return parsePathText(value, identity.namespace);
  if (isJsonObject(value)) {
    const path = textMember(value, 'path', `${field}.path`);
    const name = textMember(value, 'name', `${field}.name`);
    if (path !== undefined && name !== undefined)
      return parsePathText(`${path}/${name}`, identity.namespace);
  }
  throw new Rejection(
    'WW_ERR_API_RULE',
    `"${field}" must be a fully qualified name, such as "/_/name", or an object with "path" and "name".`,
  );
}

function parseStatus(body: JsonObject): Rule['status'] {
  const status = memberOf(body, 'status');
  if (status === 'active' || status === 'inactive') return status;
  throw new Rejection('WW_ERR_API_RULE', '"status" must be "active" or "inactive".');
}

function assertTrigger(catalog: Catalog, identity: Identity, path: EntityPath): void {
  if (path.package !== undefined) {
    throw new Rejection(
      'WW_ERR_API_RULE',
      `"${toPathText(path)}" is no trigger: triggers do not lie in packages.`,
    );
  }
  assertOwn(identity, path);
  if (catalog.lookUp('trigger', path) === undefined) throw missing('trigger', path);
}

/** A package that is missing is not found; an action that is missing makes a wrong rule. */
function assertAction(catalog: Catalog, identity: Identity, path: EntityPath): void {
  if (path.package !== undefined) {
    const inPackage = { namespace: path.namespace, package: undefined, name: path.package };
    catalog.resolvePackage(identity, inPackage);
  }
  try {
    catalog.resolveAction(identity, path);
  } catch (error) {
    if (isRejection(error) && error.code === 'WW_ERR_API_NOT_FOUND') throw missing('action', path);
    throw error;
  }
}

function missing(field: 'trigger' | 'action', path: EntityPath): Rejection {
  return new Rejection('WW_ERR_API_RULE', `${field} /${toPathText(path)} does not exist`);
}
