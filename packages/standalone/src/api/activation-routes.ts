import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { assertOwnNamespace } from '../catalog/catalog.js';
import type { ActivationRecord } from '../entities/activation-record.js';
import { parseActivationId, parseEntityName } from '../entities/names.js';
import { Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import type { ActivationQuery } from '../storage/stores.js';
import {
  toActivationText,
  toLogsText,
  toResponseText,
  toSummaryText,
} from './activation-documents.js';
import { jsonType, sendJson } from './answer.js';
import { requireIdentity } from './authentication.js';
import { sendList } from './lists.js';
import { readBoolean, readInteger, readPage, readText, type ListRequest } from './query.js';
import { namespaceRoute, readNamespace, readSegment } from './request-path.js';

const anyTime = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER } as const;

/** Up to so many characters records are sent in one piece, with their length. */
const pieceLengthMax = 4 * 1024 * 1024;

/** What is left of activations. */
export function addActivationRoutes(app: FastifyInstance, services: StandaloneServices): void {
  const { config, storage, users } = services;
  const { activations } = storage;
  const collection = `${namespaceRoute}/activations`;
  const url = `${collection}/:id`;

  for (const each of [collection, `${collection}/`]) {
    app.get(each, (request, reply) => {
      const identity = requireIdentity(request, users);
      const namespace = readNamespace(request.params, identity);
      assertOwnNamespace(identity, namespace);
      const page = readPage(request.query, config.api.listLimitMax, 'activations');
      const named = readActivationQuery(request.query, namespace);
      const query = { ...named, throughBinding: mayBeBinding(services, named) };
      if (readBoolean(request.query, 'docs', false)) {
        if (page.count) {
          throw new Rejection(
            'WW_ERR_API_QUERY',
            "The parameter 'docs' is not permitted with 'count'.",
          );
        }
        return sendRecords(reply, services, query, page);
      }
      sendList(reply, page, {
        collection: 'activations',
        count: () => activations.count(query),
        items: () => activations.list(query, page).map(toSummaryText),
      });
      return reply;
    });
  }

  /** @throws Rejection */
  const find = (request: FastifyRequest): ActivationRecord => {
    const identity = requireIdentity(request, users);
    const namespace = readNamespace(request.params, identity);
    assertOwnNamespace(identity, namespace);
    const id = parseActivationId(readSegment(request.params, 'id') ?? '');
    const record = activations.find(namespace, id);
    if (record !== undefined) return record;
    throw new Rejection(
      'WW_ERR_API_NOT_FOUND',
      `The requested resource does not exist. The activation ${id} has no record: it is not over, or its record was removed.`,
    );
  };

  app.get(url, (request, reply) => {
    sendJson(reply, toActivationText(find(request)));
  });
  app.get(`${url}/logs`, (request, reply) => {
    sendJson(reply, toLogsText(find(request)));
  });
  app.get(`${url}/result`, (request, reply) => {
    sendJson(reply, toResponseText(find(request)));
  });
}

function readActivationQuery(query: unknown, namespace: string): ActivationQuery {
  return {
    namespace,
    name: readActionName(query),
    sinceEpochMs: readInteger(query, 'since', anyTime, undefined),
    uptoEpochMs: readInteger(query, 'upto', anyTime, undefined),
  };
}

/** Whether a name begins with a binding, one that may be gone by now included. */
function mayBeBinding(
  { catalog }: StandaloneServices,
  { namespace, name }: ActivationQuery,
): boolean {
  const slash = name?.indexOf('/') ?? -1;
  if (name === undefined || slash < 0) return false;
  const path = { namespace, package: undefined, name: name.slice(0, slash) };
  const found = catalog.entities.find(path);
  return found?.type !== 'package' || found.binding !== undefined;
}

/** `name` or `package/name`. */
function readActionName(query: unknown): string | undefined {
  const text = readText(query, 'name')?.trim();
  if (text === undefined || text === '') return undefined;
  const segments = text.split('/', 3);
  if (segments.length > 2) {
    throw new Rejection(
      'WW_ERR_API_QUERY',
      "The query parameter 'name' was malformed:\nParameter may be a 'simple' name or 'package-name/simple' name.",
    );
  }
  for (const segment of segments) parseEntityName(segment, "query parameter 'name'");
  return text;
}

/**
 * Sends whole records. Two hundred of them may be too large for one text, so what is longer than a
 * piece is read and sent bit by bit; those that are listed are the ones there were at the beginning.
 */
function sendRecords(
  reply: FastifyReply,
  { storage: { activations }, logger }: StandaloneServices,
  query: ActivationQuery,
  page: ListRequest,
): FastifyReply {
  const ids = activations.list(query, page).map(({ activationId }) => activationId);
  const pieces = toPieces(ids, (id) => activations.find(query.namespace, id));
  const first = pieces.next().value ?? '';
  const second = pieces.next();
  if (second.done === true) return sendJson(reply, first);
  const rest = (function* (): Generator<string, void> {
    yield first;
    yield second.value;
    yield* pieces;
  })();
  // One piece ahead: by default it would be sixteen.
  const stream = Readable.from(rest, { highWaterMark: 1 }).on('error', (error) => {
    // The connection is cut, because its status has left already.
    logger.error({ err: error }, 'a list of activations was not sent to its end');
  });
  return reply.header('content-type', jsonType).send(stream);
}

/** A JSON array in pieces. */
function* toPieces(
  ids: readonly string[],
  find: (id: string) => ActivationRecord | undefined,
): Generator<string, void> {
  let piece = '[';
  let separator = '';
  for (const id of ids) {
    const record = find(id);
    // Removed since, because it was too old.
    if (record === undefined) continue;
    piece += separator + toActivationText(record);
    separator = ',';
    if (piece.length > pieceLengthMax) {
      yield piece;
      piece = '';
    }
  }
  yield `${piece}]`;
}
