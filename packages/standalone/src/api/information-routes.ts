import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendPage } from '../page/page-routes.js';
import type { StandaloneServices } from '../standalone-services.js';
import { sendJson, sendValue } from './answer.js';
import { toApiInformation, toSystemInformation } from './information.js';

/**
 * What anybody may ask without a key, and what operators look at.
 *
 * @param tokenOf What the page is given that a request asks for.
 */
export function addInformationRoutes(
  app: FastifyInstance,
  { config, executor, invoker }: StandaloneServices,
  tokenOf: (request: FastifyRequest) => string,
): void {
  const system = JSON.stringify(toSystemInformation(config));
  const api = JSON.stringify(toApiInformation());

  app.get('/', (request, reply) => {
    if (isBrowser(request.headers.accept)) sendPage(reply, tokenOf(request));
    else sendJson(reply.header('vary', 'Accept'), system);
  });

  for (const url of ['/api/v1', '/api/v1/']) {
    app.get(url, (_request, reply) => {
      sendJson(reply, api);
    });
  }

  app.get('/ping', (_request, reply) => {
    void reply.type('text/plain; charset=utf-8').send('pong');
  });

  app.get('/health', (_request, reply) => {
    sendJson(reply, '{"status":"ok"}');
  });

  app.get('/ready', (_request, reply) => {
    const { draining } = invoker;
    const ready = executor.ready && !draining;
    const { threads, queuedRuns } = executor.runner.status();
    sendValue(reply.code(ready ? 200 : 503), { ready, draining, threads, queuedRuns });
  });

  app.get('/metrics', async (_request, reply) => {
    const { registry, text } = executor.metrics;
    return reply.header('content-type', registry.contentType).send(await text.read());
  });
}

/** Browsers name HTML when somebody enters an address; clients of the API take anything, or JSON. */
function isBrowser(accept: string | undefined): boolean {
  return accept !== undefined && /(?:^|,) *text\/html *(?:[;,]|$)/.test(accept);
}
