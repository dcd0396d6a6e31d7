import type { FastifyInstance } from 'fastify';
import { assertOwn, assertOwnNamespace } from '../catalog/catalog.js';
import type { Trigger } from '../entities/entity.js';
import { assertJsonObject } from '../entities/json-members.js';
import { valueOf, type KeyValue } from '../entities/key-value.js';
import { parseEntityName } from '../entities/names.js';
import { Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import { sendJson } from './answer.js';
import { requireIdentity } from './authentication.js';
import { assertOverwrite, parseEntityChanges, toVersion } from './entity-changes.js';
import { readJsonBody } from './json-body.js';
import { sendList } from './lists.js';
import { readBoolean, readPage } from './query.js';
import { namespaceRoute, readEntityPath, readNamespace } from './request-path.js';
import { toTriggerSummaryText, toTriggerText } from './trigger-documents.js';

/** Triggers, except that they are fired: see `invoke-routes.ts`. */
export function addTriggerRoutes(app: FastifyInstance, services: StandaloneServices): void {
  const { catalog, config, users } = services;
  const { entities } = catalog;
  const collection = `${namespaceRoute}/triggers`;
  const url = `${collection}/:name`;

  for (const each of [collection, `${collection}/`]) {
    app.get(each, (request, reply) => {
      const identity = requireIdentity(request, users);
      const namespace = readNamespace(request.params, identity);
      assertOwnNamespace(identity, namespace);
      const page = readPage(request.query, config.api.listLimitMax, 'triggers');
      const query = { type: 'trigger', namespace } as const;
      sendList(reply, page, {
        collection: 'triggers',
        count: () => entities.count(query),
        items: () => entities.list(query, page).map(toTriggerSummaryText),
      });
    });
  }

  app.get(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    const trigger = catalog.findOwn(identity, 'trigger', path);
    sendJson(reply, toTriggerText(trigger, entities.linkedRules(path)));
  });

  app.put(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    assertOwn(identity, path);
    const overwrite = readBoolean(request.query, 'overwrite', false);
    const body = assertJsonObject(readJsonBody(request));
    const changes = parseEntityChanges(body, config.api.parametersBytesMax);
    const found = catalog.lookUp('trigger', path);
    assertOverwrite(found, overwrite);
    const annotations = changes.annotations ?? found?.annotations ?? [];
    if (found === undefined) assertFeed(annotations);
    const trigger: Trigger = {
      type: 'trigger',
      path,
      version: toVersion(found, changes),
      publish: changes.publish ?? found?.publish ?? false,
      parameters: changes.parameters ?? found?.parameters ?? [],
      annotations,
      updatedEpochMs: services.now(),
    };
    entities.put(trigger);
    sendJson(reply, toTriggerText(trigger, entities.linkedRules(path)));
  });

  app.delete(url, (request, reply) => {
    const identity = requireIdentity(request, users);
    const path = readEntityPath(request.params, identity);
    const trigger = catalog.findOwn(identity, 'trigger', path);
    const rules = entities.linkedRules(path);
    entities.transaction(() => {
      // The next trigger of this name begins without them.
      for (const rule of rules) entities.put({ ...rule, status: 'inactive', linked: false });
      entities.remove(path);
    });
    sendJson(reply, toTriggerText(trigger, rules));
  });
}

/** The annotation that names the action behind a trigger's events must at least be a path. */
function assertFeed(annotations: readonly KeyValue[]): void {
  const feed = valueOf(annotations, 'feed');
  if (feed === undefined) return;
  if (typeof feed !== 'string') {
    throw new Rejection('WW_ERR_API_BODY', 'The annotation "feed" must be the path of an action.');
  }
  for (const segment of feed.replace(/^\//, '').split('/'))
    if (segment !== '_') parseEntityName(segment, 'path of the annotation "feed"');
}
