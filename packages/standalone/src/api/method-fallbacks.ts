import type { FastifyInstance } from 'fastify';
import { Rejection } from '../rejections.js';
import { isForPages } from './origin-guard.js';

/** Remembers which methods each path takes, so that the others can be refused as such and not as unknown paths. */
export class MethodFallbacks {
  /** By pattern without the names of its parameters: routes of one path may call them differently. */
  readonly #methods = new Map<string, { readonly url: string; readonly taken: Set<string> }>();

  /** Call before any route is added. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const key = url.replace(/:\w+/g, ':');
      let path = this.#methods.get(key);
      if (path === undefined) this.#methods.set(key, (path = { url, taken: new Set() }));
      for (const each of [method].flat()) path.taken.add(each);
    });
  }

  /** Call after all routes were added: 405 for what they leave, and an answer to `OPTIONS` on the REST API. */
  add(app: FastifyInstance): void {
    for (const { url, taken } of [...this.#methods.values()]) {
      const allowed = [...taken].sort().join(', ');
      if (hasPreflights(url) && !taken.has('OPTIONS')) {
        // Whose pages may go on says the origin guard, by the headers that it adds.
        app.options(url, (_request, reply) => {
          void reply.header('allow', `${allowed}, OPTIONS`).send();
        });
      }
      app.route({
        method: app.supportedMethods.filter((method) => !taken.has(method)),
        url,
        handler: (request, reply) => {
          void reply.header('allow', allowed);
          throw new Rejection(
            'WW_ERR_API_METHOD',
            `The path does not take the method ${request.method}, but ${allowed}.`,
          );
        },
      });
    }
  }
}

/** Whether a route may be asked for by a page of another origin that the guard lets in. */
function hasPreflights(url: string): boolean {
  return (url.startsWith('/api/v1') && !isForPages(url)) || url.startsWith('/page/data/');
}
