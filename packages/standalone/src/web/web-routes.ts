import type { FastifyInstance } from 'fastify';
import type { StandaloneServices } from '../standalone-services.js';
import { notFound } from './web-action.js';
import { parseWebAddress } from './web-address.js';
import { WebCalls } from './web-calls.js';
import { readHeaders, splitTarget } from './web-request.js';

/** Methods that web actions take. */
export const webMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

const prefix = '/api/v1/web/';

/** The folder of a namespace behind a door for web actions, as it is in paths. */
export function folderOf(door: string, namespace: string): string {
  return `${door}${encodeURIComponent(namespace)}/`;
}

/** Web actions: `/api/v1/web/NAMESPACE/PACKAGE/ACTION[.EXTENSION][/…]`, for anybody and by any method. */
export function addWebRoutes(app: FastifyInstance, services: StandaloneServices): void {
  const calls = new WebCalls(services);
  if (!app.hasRequestDecorator('webCall')) app.decorateRequest('webCall', undefined);
  app.route({
    method: [...webMethods],
    url: `${prefix}*`,
    bodyLimit: services.config.api.payloadBytesMax,
    onRequest: (request, reply, done) => {
      const { path, query } = splitTarget(request.raw.url ?? '/');
      const found = path.startsWith(prefix)
        ? parseWebAddress(path.slice(prefix.length))
        : undefined;
      if (found === undefined) throw notFound();
      const head = {
        method: request.method.toLowerCase(),
        headers: readHeaders(request.raw),
        path: found.rest,
        query,
      };
      const { namespace } = found.address;
      calls.begin(request, reply, found.address, head, folderOf(prefix, namespace));
      done();
    },
    handler: (request, reply) => calls.answer(request, reply),
  });
}
