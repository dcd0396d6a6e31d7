import fastify, { type FastifyInstance } from 'fastify';
import type { Executor } from '../executor.js';
import { ContainerPorts } from './container-ports.js';
import { addErrorHandler, answerClientError, answerFrameworkError } from './error-handler.js';
import { createHttpServer } from './http-server.js';
import { addOperatorRoutes } from './operator-routes.js';
import { addOriginGuard } from './origin-guard.js';

import { addServiceRoutes } from './service-routes.js';
import { addSingleRoutes } from './single-routes.js';

/** What every body counts as. By one name, under which Fastify finds its parser at once. */
const bodyType = 'application/octet-stream';

/** Puts HTTP on an executor. Does not listen. */
export function buildApp(executor: Executor): FastifyInstance {
  const { server } = executor.config;
  let requests = 0;
  const app = fastify({
    bodyLimit: server.bodyBytesMax,
    // Idle connections are closed at once, requests in progress are waited for.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) => {
      answerFrameworkError(error, server, reply);
    },
    serverFactory: (handle) => createHttpServer(server, handle),
    // Longer than any path that Node reads: the table of containers says what is too long.
    routerOptions: { maxParamLength: 65_536 },
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && given.length <= 128
        ? given
        : `r${String((requests += 1))}`;
    },
  });
  addErrorHandler(app, executor.logger, server);
  addOriginGuard(app, server);
  // Bodies are cut, never parsed whole: whatever the content type says, they arrive as bytes.
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = bodyType;
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(bodyType, { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  addOperatorRoutes(app, executor);
  if (executor.mode === 'single') {
    addSingleRoutes(app, executor);
    return app;
  }
  const ports = new ContainerPorts(
    server,
    (request, response) => {
      app.routing(request, response);
    },
    answerClientError,
  );
  app.addHook('onClose', (_app, done) => {
    ports.close();
    done();
  });
  addServiceRoutes(app, executor, ports);
  return app;
}
