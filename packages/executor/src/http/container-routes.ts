import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseInitRequest, parseRunRequest, RequestError, toAnswerBody } from '@wasmwhisk/protocol';
import type { Container } from '../containers/container.js';
import { executorError } from '../errors.js';
import type { Executor } from '../executor.js';
import { toRunFailure } from '../failure.js';
import { sendJson } from './answer.js';

/** Which failure table the error handler uses for a route. */
export type RoutePhase = 'init' | 'run';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly phase?: RoutePhase;
  }
}

/** How a route finds its container; `undefined` when there is none. */
export interface ContainerFinder {
  forInit(request: FastifyRequest): Container;
  forRun(request: FastifyRequest): Container | undefined;
}

const noBody = Buffer.alloc(0);

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : noBody;
}

/** `/init` and `/run` below a prefix, for the containers that the finder gives. */
export function addContainerRoutes(
  app: FastifyInstance,
  executor: Executor,
  prefix: string,
  finder: ContainerFinder,
): void {
  app.post(`${prefix}/init`, { config: { phase: 'init' } }, async (request, reply) => {
    const container = finder.forInit(request);
    // Before the body is looked at: a container that is taken answers so whatever it is sent.
    container.assertInitializable();
    try {
      await container.initialize(parseInitRequest(bodyOf(request)));
    } catch (error) {
      if (error instanceof RequestError)
        throw executorError('WW_ERR_REQUEST_UNREADABLE', error.message, error);
      throw error;
    }
    return sendJson(reply, '{"ok":true}');
  });

  app.post(`${prefix}/run`, { config: { phase: 'run' } }, async (request, reply) => {
    if (executor.draining) throw executorError('WW_ERR_EXECUTOR_CLOSING');
    const container = finder.forRun(request);
    const parsed = parseRunRequest(bodyOf(request));
    if (parsed.type === 'unreadable')
      throw container?.initialized === true
        ? executorError('WW_ERR_REQUEST_UNREADABLE', parsed.reason)
        : executorError('WW_ERR_CONTAINER_UNINITIALIZED');
    if (parsed.type === 'not-a-dictionary')
      throw container?.refuseArgument(undefined) ?? executorError('WW_ERR_REQUEST_NOT_DICTIONARY');
    if (container === undefined) throw executorError('WW_ERR_CONTAINER_UNINITIALIZED');
    const gone = watchCaller(reply);
    try {
      const answer = await container.run(parsed.request, gone.signal);
      logRun(executor, request, container, answer);
      return await sendJson(reply, toAnswerBody(answer.answer, executor.config.server.answer));
    } catch (error) {
      logFailedRun(executor, request, container, parsed.request.activationId, error);
      throw error;
    } finally {
      gone.stop();
    }
  });
}

/** Aborts when the caller closes its connection before it has its answer: it gave up. */
function watchCaller(reply: FastifyReply): {
  readonly signal: AbortSignal;
  readonly stop: () => void;
} {
  const controller = new AbortController();
  const onClose = (): void => {
    if (!reply.raw.writableEnded) controller.abort();
  };
  reply.raw.once('close', onClose);
  return {
    signal: controller.signal,
    stop: () => {
      reply.raw.off('close', onClose);
    },
  };
}

function logRun(
  { logger, mode }: Executor,
  request: FastifyRequest,
  container: Container,
  answer: Awaited<ReturnType<Container['run']>>,
): void {
  if (mode === 'single' || !logger.isLevelEnabled('info')) return;
  logger.info(
    {
      request: request.id,
      container: container.id,
      activation: answer.activationId,
      result: answer.answer.type,
      queuedMs: toMicros(answer.queuedMs),
      ranMs: toMicros(answer.ranMs),
      peakMemoryBytes: answer.usage.peakMemoryBytes,
      cpuTimeUs: answer.usage.cpuTimeUs,
      logBytes: answer.logBytes,
    },
    'run',
  );
}

function logFailedRun(
  { logger, mode }: Executor,
  request: FastifyRequest,
  container: Container,
  activation: string | undefined,
  error: unknown,
): void {
  if (mode === 'single') return;
  const { code, text } = toRunFailure(error);
  logger.info(
    { request: request.id, container: container.id, activation, code, text },
    'run failed',
  );
}

function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
