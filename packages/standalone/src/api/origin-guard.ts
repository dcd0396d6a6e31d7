import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StandaloneConfig } from '../config/schema.js';
import { Rejection } from '../rejections.js';
import { quote } from '../shown-text.js';

const allowedMethods = 'GET, DELETE, POST, PUT, HEAD';
const allowedHeaders = 'Authorization, Origin, X-Requested-With, Content-Type, Accept, User-Agent';

/**
 * Keeps web pages out of the REST API, as the executor does: a page that a user has open can send
 * requests to loopback. It is known by its `Origin`, and one that rebinds a name of its own to our
 * address by its `Host`. IP addresses in `Host` are no danger, because a browser only sends them to
 * where they point.
 *
 * Let in are our own page, whose `Origin` is the `Host` that it asks, origins of `server.allowedOrigins`,
 * and those of `api.corsOrigins`, which may also read the answers.
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
  /** The one that was ours last time: callers send the same again and again. */
  #knownHost: string | undefined;

  constructor({ server, api }: StandaloneConfig) {
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
      if (!this.#anyHost && !this.#isOurs(host)) return foreignHost(host);
      this.#knownHost = host;
    }
    return origin === undefined ? undefined : this.#originRefusal(request, reply, origin);
  }

  #originRefusal(
    request: FastifyRequest,
    reply: FastifyReply,
    origin: string,
  ): Rejection | undefined {
    if (isForPages(request.routeOptions.url)) return undefined;
    if (this.#corsOrigins.has(origin)) {
      void reply
        .header('access-control-allow-origin', origin)
        .header('access-control-allow-methods', allowedMethods)
        .header('access-control-allow-headers', allowedHeaders)
        .header('access-control-expose-headers', 'X-Request-ID, X-OpenWhisk-Activation-Id')
        .header('vary', 'Origin');
      return undefined;
    }
    if (this.#allowedOrigins.has(origin) || this.#isOwnPage(origin, request.headers.host))
      return undefined;
    return new Rejection(
      'WW_ERR_API_FOREIGN',
      `Requests of web pages are refused (Origin ${quote(origin)}). The operator may allow one with api.corsOrigins.`,
    );
  }

  /** A name that is ours only because any is may be a page's own, rebound to our address. */
  #isOwnPage(origin: string, host: string | undefined): boolean {
    if (host === undefined || !this.#isOurs(host)) return false;
    const own = host.toLowerCase();
    return origin === `http://${own}` || origin === `https://${own}`;
  }

  #isOurs(host: string): boolean {
    const name = host.replace(/:\d+$/, '').toLowerCase();
    return this.#hosts.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
  }
}

/** Whether a route answers pages of any origin. By its pattern: no encoding of a path changes it. */
export function isForPages(route: string | undefined): boolean {
  if (route === undefined) return false;
  if (route.startsWith('/apis/')) return true;
  return route.startsWith('/api/v1/web/') && !route.startsWith('/api/v1/web/whisk.system/');
}

function foreignHost(host: string): Rejection {
  return new Rejection(
    'WW_ERR_API_FOREIGN',
    `The Host ${quote(host)} is not ours. The operator may allow it with server.allowedHosts.`,
  );
}
