import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StandaloneConfig } from '../config/schema.js';
import { pageTokenHeader, type PageToken } from '../page/page-token.js';
import { Rejection } from '../rejections.js';
import { quote } from '../shown-text.js';

const allowedMethods = 'GET, DELETE, POST, PUT, HEAD';
const allowedHeaders = 'Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent';
const exposedHeaders = 'X-Request-ID, X-OpenWhisk-Activation-Id';

/** The `Origin` of sandboxed pages: ours, and those of anybody. */
const opaqueOrigin = 'null';

/** How long browsers keep our answer to a preflight of the page, in seconds. */
const preflightSeconds = '600';

/** Where the files of the page are, which everybody may read, and the few routes there that tell something. */
const pageFolder = '/page/';
const pageDataFolder = '/page/data/';

/**
 * Keeps web pages out of the REST API, as the executor does: a page that a user has open can send
 * requests to loopback. It is known by its `Origin`, and one that rebinds a name of its own to our
 * address by its `Host`. IP addresses in `Host` are no danger, because a browser only sends them to
 * where they point.
 *
 * Let in are our own page, which is sandboxed and shows a token, origins of `server.allowedOrigins`, and
 * those of `api.corsOrigins`, which may also read the answers. Our own origin is not among them: only
 * pages of web actions have it, where `api.webSandbox` is off. Those need not send an `Origin`, so they are
 * known by `Sec-Fetch-Site` as well.
 *
 * Web actions and `/apis` are made for pages: every `Origin` may ask there, and what an answer lets a
 * page read is the action's own affair. Their `Host` must be ours all the same. A page under a name
 * rebound to us would be of our origin to its browser, and could read what `web-custom-options` and
 * `require-whisk-auth` keep from it, through a user's machine that may lie behind a firewall.
 */
export class OriginGuard {
  readonly #allowedOrigins: ReadonlySet<string>;
  readonly #corsOrigins: ReadonlySet<string>;
  readonly #hosts: ReadonlySet<string>;
  readonly #anyHost: boolean;
  readonly #pageToken: PageToken;
  /** The one that was ours last time: callers send the same again and again. */
  #knownHost: string | undefined;

  constructor({ server, api }: StandaloneConfig, pageToken: PageToken) {
    this.#pageToken = pageToken;
    this.#allowedOrigins = new Set(server.allowedOrigins);
    this.#corsOrigins = new Set(api.corsOrigins);
    this.#hosts = new Set(
      ['localhost', server.host, ...server.allowedHosts].map((host) => host.toLowerCase()),
    );
    this.#anyHost = this.#hosts.has('*');
  }

  /** Why a request is refused; `undefined` when it may go on. Adds the CORS headers of the REST API. */
  refusalOf(request: FastifyRequest, reply: FastifyReply): Rejection | undefined {
    const { origin, host } = request.headers;
    if (host === undefined) {
      if (request.raw.httpVersion !== '1.0')
        return new Rejection('WW_ERR_API_REQUEST', 'The request names no Host.');
    } else if (host !== this.#knownHost) {
      if (!this.#anyHost && !this.isOurs(host)) return foreignHost(host);
      this.#knownHost = host;
    }
    const { url } = request.routeOptions;
    if (isForPages(url)) return undefined;
    if (origin !== undefined) return this.#originRefusal(request, reply, origin);
    return isByScript(request.headers) && !isPageFile(url) ? foreignPage(undefined) : undefined;
  }

  #originRefusal(
    request: FastifyRequest,
    reply: FastifyReply,
    origin: string,
  ): Rejection | undefined {
    if (origin === opaqueOrigin) return this.#opaqueRefusal(request, reply);
    if (this.#corsOrigins.has(origin)) {
      addCors(reply, origin, allowedHeaders, exposedHeaders);
      return undefined;
    }
    return this.#allowedOrigins.has(origin) ? undefined : foreignPage(origin);
  }

  /** Our page, or another one that is sandboxed. */
  #opaqueRefusal(request: FastifyRequest, reply: FastifyReply): Rejection | undefined {
    if (isPageFile(request.routeOptions.url)) return undefined;
    const { [pageTokenHeader]: token, host } = request.headers;
    const isPreflight = request.method === 'OPTIONS' && asksForToken(request.headers);
    if (!isPreflight && token === undefined) return foreignPage(opaqueOrigin);
    // Also a refusal: a page that is older than this process must learn that its token is.
    addCors(
      reply,
      opaqueOrigin,
      `${allowedHeaders}, ${pageTokenHeader}`,
      `${exposedHeaders}, X-Wasmwhisk-Error, Retry-After`,
    );
    if (isPreflight) void reply.header('access-control-max-age', preflightSeconds);
    // A name that is ours only because any is may be a page's own, rebound to our address.
    const isOurs = host !== undefined && this.isOurs(host);
    if (isOurs && (isPreflight || this.#pageToken.matches(token))) return undefined;
    return foreignPage(opaqueOrigin);
  }

  /** Whether a `Host` is known to be ours, and not only let in because any is. */
  isOurs(host: string): boolean {
    const name = host.replace(/:\d+$/, '').toLowerCase();
    return this.#hosts.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  }
}

function addCors(reply: FastifyReply, origin: string, allowed: string, exposed: string): void {
  void reply
    .header('access-control-allow-origin', origin)
    .header('access-control-allow-methods', allowedMethods)
    .header('access-control-allow-headers', allowed)
    .header('access-control-expose-headers', exposed)
    .header('vary', 'Origin');
}

/**
 * Whether a browser sends a request for a page, or for something on it. An address that somebody enters or
 * a link that is followed is not, unless it brings credentials: no browser was ever asked for them.
 */
function isByScript(headers: IncomingHttpHeaders): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, authorization } = headers;
  if (site === undefined || site === 'none') return false;
  return mode !== 'navigate' || authorization !== undefined;
}

function isPageFile(route: string | undefined): boolean {
  return route?.startsWith(pageFolder) === true && !route.startsWith(pageDataFolder);
}

function asksForToken(headers: IncomingHttpHeaders): boolean {
  const asked = headers['access-control-request-headers'];
  return asked?.split(',').some((name) => name.trim().toLowerCase() === pageTokenHeader) === true;
}

/** Whether a route answers pages of any origin. By its pattern: no encoding of a path changes it. */
export function isForPages(route: string | undefined): boolean {
  if (route === undefined) return false;
  if (route.startsWith('/apis/')) return true;
  return route.startsWith('/api/v1/web/') && !route.startsWith('/api/v1/web/whisk.system/');
}

function foreignPage(origin: string | undefined): Rejection {
  return new Rejection(
    'WW_ERR_API_FOREIGN',
    origin === undefined
      ? 'Requests of web pages are refused, those of web actions on this host included (Sec-Fetch-Site).'
      : `Requests of web pages are refused (Origin ${quote(origin)}). The operator may allow one with api.corsOrigins.`,
  );
}

function foreignHost(host: string): Rejection {
  return new Rejection(
    'WW_ERR_API_FOREIGN',
    `The Host ${quote(host)} is not ours. The operator may allow it with server.allowedHosts.`,
  );
}
