import type { FastifyInstance, FastifyReply } from 'fastify';
import { sendValue } from '../api/answer.js';
import { requireIdentity } from '../api/authentication.js';
import { readPage, readText } from '../api/query.js';
import { toPathText } from '../entities/entity-path.js';
import type { Action } from '../entities/entity.js';
import { parseEntityName } from '../entities/names.js';
import { wasmKind } from '../entities/kinds.js';
import type { Identity } from '../users/identity.js';
import { Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import { pageDocument, readPageAssets, type PageAsset } from './page-assets.js';
import { readGuestKey } from './published-guest.js';

/** Read once: they do not change while the process runs. */
const assets = readPageAssets();

/**
 * Nothing of other origins, nothing inline, no frame around it, and no text that becomes a script: were
 * there a way to bring HTML onto the page, it could do nothing.
 */
const securityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const pageHeaders = {
  'content-security-policy': securityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // A page of a web action may be let into this origin: one that opens this page gets no hold of it.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Kept, but asked for each time: after an update nobody works with yesterday's page.
  'cache-control': 'no-cache',
} as const;

/** The page for people with a browser: its files, and the little that the REST API does not tell. */
export function addPageRoutes(app: FastifyInstance, services: StandaloneServices): void {
  for (const [name, asset] of assets) {
    if (name !== pageDocument)
      app.get(`/page/${name}`, (_request, reply) => sendAsset(reply, asset));
  }
  app.get('/page/data/start', (_request, reply) =>
    sendValue(reply.header('cache-control', 'no-store'), toStart(services)),
  );
  app.get('/page/data/code-sizes', (request, reply) => {
    const identity = requireIdentity(request, services.users);
    const actions = findActions(services, identity, request.query);
    return sendValue(reply.header('cache-control', 'no-store'), actions.map(toCodeSize));
  });
}

/** Sends the page itself, as a browser gets it at `/`. */
export function sendPage(reply: FastifyReply): FastifyReply {
  const document = assets.get(pageDocument);
  if (document === undefined) {
    throw new Rejection('WW_ERR_API_INTERNAL', `The page lacks its ${pageDocument}.`);
  }
  // The same path answers programs with JSON.
  return sendAsset(reply.header('vary', 'Accept'), document);
}

function sendAsset(reply: FastifyReply, { bytes, contentType, etag }: PageAsset): FastifyReply {
  void reply.headers(pageHeaders).header('etag', etag);
  const known = reply.request.headers['if-none-match'];
  if (known !== undefined && isKnown(known, etag)) return reply.code(304).send();
  return reply.header('content-type', contentType).send(bytes);
}

/** Whether a list of entity tags names this one. Proxies make weak ones of strong ones. */
function isKnown(ifNoneMatch: string, etag: string): boolean {
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/** What the page has to know before anybody signed in. No secret is in it. */
function toStart({ config, users }: StandaloneServices): object {
  const { api, server } = config;
  const guestKey = readGuestKey(server.host, users);
  return {
    ...(guestKey === undefined ? {} : { guestKey }),
    listLimitMax: api.listLimitMax,
    codeBytesMax: Math.min(api.codeBytesMax, server.bodyBytesMax),
    kinds: [wasmKind],
  };
}

/**
 * The actions of a page of the list, or with `name` (`name` or `package/name`) the one that is meant.
 *
 * @throws Rejection as the REST API refuses the same
 */
function findActions(
  { config, catalog, storage }: StandaloneServices,
  identity: Identity,
  query: unknown,
): readonly Action[] {
  const name = readText(query, 'name');
  const { namespace } = identity;
  if (name === undefined) {
    const page = readPage(query, config.api.listLimitMax);
    return storage.entities.list({ type: 'action', namespace }, page);
  }
  const [last = '', inPackage, ...more] = name
    .split('/')
    .toReversed()
    .map((part) => parseEntityName(part));
  if (more.length > 0) {
    throw new Rejection('WW_ERR_API_QUERY', 'name is that of an action, or package/name.');
  }
  return [catalog.resolveAction(identity, { namespace, package: inPackage, name: last }).action];
}

/** Documents of actions have no member for it, and clients should find none that OpenWhisk lacks. */
function toCodeSize({ path, exec }: Action): object {
  const [, ...parts] = toPathText(path).split('/');
  const name = parts.join('/');
  return exec.type === 'code' ? { name, codeBytes: exec.codeBytes } : { name };
}
