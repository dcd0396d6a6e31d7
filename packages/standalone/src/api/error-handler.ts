import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isRejection, Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import { isStorageError } from '../storage/storage-error.js';
import { jsonType, sendJson } from './answer.js';
import { tooLarge } from './json-body.js';
import { isForPages } from './origin-guard.js';

/** Up to so many times what is allowed is read for nothing. */
const discardedFactorMax = 8;

/** The realm that OpenWhisk asks credentials for. */
const challenge = 'Basic realm="OpenWhisk secure realm"';

/**
 * The door where errors become answers: status, `{"error": text, "code": transaction id}`, and our
 * code in the header `x-wasmwhisk-error`. `wsk` shows the text only beside a `code`.
 */
export function addErrorHandler(
  app: FastifyInstance,
  { logger, storage }: Pick<StandaloneServices, 'logger' | 'storage'>,
): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    storage.report(error);
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') keepConnection(request, reply);
    sendRejection(request, reply, toRejection(error, request, logger));
  });
  app.setNotFoundHandler((request, reply) => {
    sendRejection(
      request,
      reply,
      new Rejection('WW_ERR_API_NOT_FOUND', 'The requested resource does not exist.'),
    );
  });
}

/** Answers what no route was looked up for, such as a path that cannot be decoded. Hooks do not run for it. */
export function answerFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  void reply.header('x-request-id', request.id);
  sendRejection(request, reply, toRejection(error, request, logger));
}

/** Writes a refusal. */
export function sendRejection(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, code, message }: Rejection,
): void {
  if (status === 401 && !isFromPage(request)) void reply.header('www-authenticate', challenge);
  void sendJson(
    reply.code(status).header('x-wasmwhisk-error', code),
    toErrorText(message, request.id),
  );
}

/**
 * Fastify closes the connection on a body that is too long, and whoever is still sending it may never
 * read why. One that is not much too long is read to its end and thrown away instead.
 */
function keepConnection(request: FastifyRequest, reply: FastifyReply): void {
  const { bodyLimit } = request.routeOptions;
  if (Number(request.headers['content-length']) <= discardedFactorMax * bodyLimit)
    reply.removeHeader('connection');
}

/**
 * Whether a challenge would make a browser ask its user for the key. It must not: a web action would be
 * given what was typed, and a browser that knows the key would send it with whatever a web action's
 * page asks of the REST API, for both are of one origin.
 */
function isFromPage({ headers, routeOptions }: FastifyRequest): boolean {
  return headers['sec-fetch-mode'] !== undefined || isForPages(routeOptions.url);
}

function toErrorText(text: string, transactionId: string): string {
  return JSON.stringify({ error: text, code: transactionId });
}

function toRejection(error: FastifyError, request: FastifyRequest, logger: Logger): Rejection {
  if (isRejection(error)) {
    if (error.status === 500) logger.error({ err: error, request: request.id }, error.message);
    return error;
  }
  if (isStorageError(error)) {
    logger.error({ err: error, request: request.id }, 'a request met a fault of the storage');
    return new Rejection(
      'WW_ERR_API_STORAGE',
      `There was an internal server error: ${error.reason}. The log of the server has more, under the code of this answer.`,
      { cause: error },
    );
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return tooLarge(undefined, request.routeOptions.bodyLimit);
    case 'FST_ERR_BAD_URL':
      return new Rejection(
        'WW_ERR_API_REQUEST',
        'The path cannot be decoded: it has a bad percent-encoding.',
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Rejection(
        'WW_ERR_API_REQUEST',
        'The body is not as long as its Content-Length says.',
      );
    // Its sender is gone before it was complete.
    case 'ECONNRESET':
      return new Rejection('WW_ERR_API_REQUEST', 'The request ended early.', { cause: error });
    // Of the method QUERY, which no route has.
    case 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE':
      return new Rejection('WW_ERR_API_METHOD', 'The path does not take the method QUERY.');
    default:
      logger.error({ err: error, request: request.id }, 'a request failed');
      return new Rejection(
        'WW_ERR_API_INTERNAL',
        'There was an internal server error. The log of the server has more, under the code of this answer.',
      );
  }
}

/** Answers what is no HTTP, or did not arrive in time, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, text } = describeClientError(error.code);
  const id = randomUUID().replaceAll('-', '');
  const body = toErrorText(text, id);
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: ${jsonType}\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n` +
      `x-wasmwhisk-error: ${code}\r\nX-Request-ID: ${id}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function describeClientError(code: string | undefined): {
  readonly status: string;
  readonly code: string;
  readonly text: string;
} {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: '408 Request Timeout',
        code: 'WW_ERR_API_TIMEOUT',
        text: 'The request did not arrive in time.',
      };
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: '431 Request Header Fields Too Large',
        code: 'WW_ERR_API_REQUEST',
        text: 'The path and the headers of the request are too long together.',
      };
    default:
      return {
        status: '400 Bad Request',
        code: 'WW_ERR_API_REQUEST',
        text: 'The request is not valid HTTP.',
      };
  }
}
