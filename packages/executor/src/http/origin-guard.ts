import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { executorError } from '../errors.js';
import type { ExecutorConfig } from '../config/schema.js';

/**
 * Keeps web pages out. A page that a user has open can send requests to loopback: it is known by
 * its `Origin`, and one that rebinds a name of its own to our address by its `Host`. IP addresses
 * in `Host` are no danger, because a browser only sends them to where they point.
 */
export function addOriginGuard(app: FastifyInstance, config: ExecutorConfig['server']): void {
  const origins = new Set(config.allowedOrigins);
  const hosts = new Set(
    ['localhost', config.host, ...config.allowedHosts].map((host) => host.toLowerCase()),
  );
  /** The one that was ours last time: callers send the same again and again. */
  let knownHost: string | undefined;
  app.addHook('onRequest', (request, _reply, done) => {
    const { origin, host } = request.headers;
    if (host === undefined && request.raw.httpVersion !== '1.0') {
      done(executorError('WW_ERR_REQUEST_INVALID', 'it names no Host.'));
      return;
    }
    if (origin !== undefined && !origins.has(origin)) {
      done(
        executorError(
          'WW_ERR_REQUEST_FOREIGN',
          'Requests of web pages are refused (Origin). The operator may allow one with server.allowedOrigins.',
        ),
      );
      return;
    }
    if (host !== undefined && host !== knownHost && !isOurs(host, hosts)) {
      done(
        executorError(
          'WW_ERR_REQUEST_FOREIGN',
          'This Host is not ours. The operator may allow it with server.allowedHosts.',
        ),
      );
      return;
    }
    knownHost = host;
    done();
  });
}

function isOurs(host: string, hosts: ReadonlySet<string>): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return hosts.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0 || hosts.has('*');
}
