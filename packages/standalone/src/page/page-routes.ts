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
 * Nothing of other origins, nothing inline, no frame around it, and no text that becomes a script: were there
 * a way to bring HTML onto the page, it could do nothing.
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
  'sandbox allow-forms allow-popups allow-popups-to-escape-sandbox allow-scripts',
].join('; ');

const pageHeaders = {
  'content-security-policy': securityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

const fileHeaders = {
  ...pageHeaders,
  // For the page, whose origin is its own: the files have no secret.
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  // Kept, but asked for each time: after an update nobody works with yesterday's page.
  'cache-control': 'no-cache',
} as const;

const documentHeaders = {
  ...pageHeaders,
  'cross-origin-resource-policy': 'same-origin',
  // The token in it is for the one who asked.
  'cache-control': 'no-store',
} as const;

/** In the document, where its token belongs. */
const tokenPlace = 'name="wasmwhisk-page" content=""';

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

/**
 * Sends the page itself, as a browser gets it at `/`.
 *
 * @param token What its requests will show; empty when it is not for a page of ours.
 */
export function sendPage(reply: FastifyReply, token: string): FastifyReply {
  const document = assets.get(pageDocument);
  if (document === undefined) {
    throw new Rejection('WW_ERR_API_INTERNAL', `The page lacks its ${pageDocument}.`);
  }
  const html = document.bytes.toString('utf8');
  return (
    reply
      .headers(documentHeaders)
      // The same path answers programs with JSON.
      .header('vary', 'Accept')
      .header('content-type', document.contentType)
      .send(Buffer.from(html.replace(tokenPlace, tokenPlace.replace('""', `"${token}"`))))
  );
}

function sendAsset(reply: FastifyReply, { bytes, contentType, etag }: PageAsset): FastifyReply {
  void reply.headers(fileHeaders).header('etag', etag);
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
    const page = readPage(query, config.api.listLimitMax, 'actions');
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
