import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { toErrorBody } from '@wasmwhisk/protocol';
import { isWasmRuntimeError } from '@wasmwhisk/runtime';
import type { Logger } from 'pino';
import { executorError, isExecutorError } from '../errors.js';
import { toInitFailure, toRunFailure, type Failure } from '../failure.js';
import type { ExecutorConfig } from '../config/schema.js';
import { jsonType } from './answer.js';

/** The door where errors become answers: status, `{"error": text}`, and the code in a header. */
export function addErrorHandler(
  app: FastifyInstance,
  logger: Logger,
  config: ExecutorConfig['server'],
): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const known = fromFramework(error, config);
    const failure =
      request.routeOptions.config.phase === 'init' ? toInitFailure(known) : toRunFailure(known);
    if (failure.internal) logger.error({ err: error, request: request.id }, failure.text);
    sendFailure(reply, failure);
  });
  app.setNotFoundHandler((_request, reply) => {
    sendFailure(reply, toRunFailure(executorError('WW_ERR_REQUEST_NOT_FOUND')));
  });
}

/** Answers what no route was looked up for, such as a path that cannot be decoded. */
export function answerFrameworkError(
  error: FastifyError,
  config: ExecutorConfig['server'],
  reply: FastifyReply,
): void {
  sendFailure(reply, toRunFailure(fromFramework(error, config)));
}

function sendFailure(reply: FastifyReply, failure: Failure): void {
  void reply
    .code(failure.status)
    .header('content-type', jsonType)
    .header('x-wasmwhisk-error', failure.code)
    .send(Buffer.from(toErrorBody(failure.text)));
}

/** Fastify's own errors, by code. */
function fromFramework(error: FastifyError, config: ExecutorConfig['server']): Error {
  if (isExecutorError(error) || isWasmRuntimeError(error)) return error;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return executorError('WW_ERR_REQUEST_TOO_LARGE', String(config.bodyBytesMax), error);
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
    // Of the method QUERY, which no route has.
    case 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE':
      return executorError('WW_ERR_REQUEST_NOT_FOUND', undefined, error);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return executorError('WW_ERR_REQUEST_INVALID', error.message, error);
    default:
      return error;
  }
}

/** Answers what is no HTTP, or did not arrive in time, and closes the connection. */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = timedOut ? '408 Request Timeout' : '400 Bad Request';
  const body = toErrorBody(
    `Bad request: ${timedOut ? 'it did not arrive in time.' : 'it is not valid HTTP.'}`,
  );
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: ${jsonType}\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n` +
      `x-wasmwhisk-error: WW_ERR_REQUEST_INVALID\r\nConnection: close\r\n\r\n${body}`,
  );
}
