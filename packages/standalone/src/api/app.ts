import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createHttpServer } from '@wasmwhisk/executor';
import fastify, { type FastifyInstance } from 'fastify';
import { addGatewayRoutes } from '../gateway/gateway-routes.js';
import { addPageRoutes } from '../page/page-routes.js';
import { PageToken } from '../page/page-token.js';
import { Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import { addSandbox } from '../web/sandbox.js';
import { addWebRoutes } from '../web/web-routes.js';
import { addActionRoutes } from './action-routes.js';
import { addActivationRoutes } from './activation-routes.js';
import { jsonType } from './answer.js';
import { requireIdentity } from './authentication.js';
import { addErrorHandler, answerClientError, answerFrameworkError } from './error-handler.js';
import { addInformationRoutes } from './information-routes.js';
import { addInvokeRoutes } from './invoke-routes.js';
import { MethodFallbacks } from './method-fallbacks.js';
import { addNamespaceRoutes } from './namespace-routes.js';
import { isForPages, OriginGuard } from './origin-guard.js';
import { addPackageRoutes } from './package-routes.js';
import { addRuleRoutes } from './rule-routes.js';
import { addTriggerRoutes } from './trigger-routes.js';
import { isPacked, unpackBody } from './unpack-body.js';

/** Under which name Fastify finds the parser of every body but JSON. */
const bodyType = 'application/octet-stream';

/** Room for headers beside the longest path, in bytes. Node's own limit of both together. */
const headersBytesMax = 16_384;

/** Ids of transactions that callers may choose: what fits into a header, a log line and an action. */
const transactionIdPattern = /^(?!sid_)[\x21-\x7e]{1,128}$/;

declare module 'fastify' {
  interface FastifyRequest {
    /** The content type that was sent, while another stands in its place; empty when none does. */
    sentContentType: string;
  }
}

/**
 * Puts HTTP on a standalone OpenWhisk: REST API, web actions, gateway and page. Does not listen.
 *
 * Bodies arrive as `Buffer` whatever their type; `request.id` is the transaction id.
 */
export function buildStandaloneApp(services: StandaloneServices): FastifyInstance {
  const { config, logger } = services;
  const { server } = config;
  const app = fastify({
    bodyLimit: server.bodyBytesMax,
    // Idle connections are closed at once, requests in progress are waited for.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      answerFrameworkError(error, request, reply, logger);
    },
    serverFactory: (handle) =>
      createHttpServer(server, handle, { maxHeaderSize: config.api.uriBytesMax + headersBytesMax }),
    // Longer than any path that Node reads: names are checked where they are used.
    routerOptions: { maxParamLength: 131_072 },
    rewriteUrl: withoutSlashesBefore,
    genReqId: toTransactionId,
  });
  addErrorHandler(app, services);
  const pageToken = new PageToken();
  const guard = new OriginGuard(config, pageToken);
  addAdmission(app, services, guard);
  addBodyParsers(app);
  const fallbacks = new MethodFallbacks(app);
  addInformationRoutes(app, services, ({ headers }) =>
    headers.host !== undefined && guard.isOurs(headers.host) ? pageToken.issue(headers) : '',
  );
  addRoutes(app, services);
  fallbacks.add(app);
  return app;
}

function addRoutes(app: FastifyInstance, services: StandaloneServices): void {
  addNamespaceRoutes(app, services);
  addActionRoutes(app, services);
  addPackageRoutes(app, services);
  addTriggerRoutes(app, services);
  addRuleRoutes(app, services);
  addActivationRoutes(app, services);
  addPageRoutes(app, services);
  addInvokeRoutes(app, services);
  addWebRoutes(app, services);
  addGatewayRoutes(app, services);
}

/** What every request goes through, in one hook: it is on the way of every warm invocation. */
function addAdmission(
  app: FastifyInstance,
  services: StandaloneServices,
  guard: OriginGuard,
): void {
  const { config, executor, users, storage } = services;
  const { uriBytesMax, webSandbox } = config.api;
  app.decorateRequest('sentContentType', '');
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    const { url, headers } = request.raw;
    const isPublic = isForPages(request.routeOptions.url);
    if (isPublic) addSandbox(reply, webSandbox);
    if (url !== undefined && url.length > uriBytesMax) {
      done(uriTooLong(url.length, uriBytesMax));
      return;
    }
    // The storage is about to be closed too; connections live a little longer.
    const refusal = executor.draining
      ? closing()
      : (storage.failure() ?? guard.refusalOf(request, reply));
    if (refusal !== undefined) {
      done(refusal);
      return;
    }
    // Routes ask for a key when the body is there. A long one is not taken from anybody without.
    if (isLong(headers) && !isPublic) requireIdentity(request, users);
    const type = headers['content-type'];
    // Fastify refuses types that it cannot read; web actions get whatever was sent.
    if (type !== undefined && type !== jsonType && request.method !== 'GET') {
      request.sentContentType = type;
      headers['content-type'] = bodyType;
    }
    done();
  });
}

/** Whether a body of 100,000 bytes or more is announced, or one of unknown length. */
function isLong(headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  return (length !== undefined && length.length > 5) || headers['transfer-encoding'] !== undefined;
}

function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  // The second is that of bodies without a type.
  for (const type of [jsonType, bodyType, '*']) {
    app.addContentTypeParser<Buffer>(type, { parseAs: 'buffer' }, (request, body, done) => {
      if (request.sentContentType !== '')
        request.raw.headers['content-type'] = request.sentContentType;
      const encoding = request.headers['content-encoding'];
      if (!isPacked(encoding) || body.length === 0) {
        done(null, body);
        return;
      }
      unpackBody(body, encoding, request.routeOptions.bodyLimit).then(
        (unpacked) => {
          done(null, unpacked);
        },
        (error: unknown) => {
          done(error as Error);
        },
      );
    });
  }
}

function closing(): Rejection {
  return new Rejection('WW_ERR_API_CLOSING', 'The server is shutting down.');
}

function uriTooLong(length: number, uriBytesMax: number): Rejection {
  return new Rejection(
    'WW_ERR_API_URI_TOO_LONG',
    `The path with its query has ${String(length)} bytes. Allowed are ${String(uriBytesMax)} bytes.`,
  );
}

/** `wsk` puts two slashes in front when its API host ends in one. */
function withoutSlashesBefore({ url = '/' }: IncomingMessage): string {
  return url.startsWith('//') ? url.replace(/^\/+/, '/') : url;
}

function toTransactionId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && transactionIdPattern.test(given)
    ? given
    : randomUUID().replaceAll('-', '');
}
