import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import {
  parseInitRequest,
  parseRunRequest,
  RequestError,
  toAnswerBody,
  type RunRequestBody,
} from '@wasmwhisk/protocol';
import { Caller } from '../containers/caller.js';
import type { Container, RunAnswer } from '../containers/container.js';
import { executorError } from '../errors.js';
import type { Executor } from '../executor.js';
import { toRunFailure } from '../failure.js';
import { sendJson } from './answer.js';
import { isLate, untilClosed } from './late-answer.js';

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

  const runLogger = new RunLogger(executor);
  app.post(`${prefix}/run`, { config: { phase: 'run' } }, (request, reply) => {
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
    // Answers by itself: a promise that Fastify waits for would cost a microsecond.
    void answerRun(container, parsed.request, request, reply);
  });

  async function answerRun(
    container: Container,
    body: RunRequestBody,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    try {
      const answer = await container.run(body, callerOf(request.raw.socket));
      runLogger.ended(request, container, answer);
      sendJson(reply, toAnswerBody(answer.answer, executor.config.server.answer));
    } catch (error) {
      runLogger.failed(request, container, body.activationId, error);
      const { limits, run } = executor.config;
      if (isLate(error, body, limits)) await untilClosed(request.raw.socket, run.lateAnswerMs);
      void reply.send(error);
    }
  }
}

/** Everybody who sends requests here, by connection. */
const callers = new WeakMap<Socket, Caller>();

/** Who is at the other end: gone when the connection closes. One listener serves all its requests. */
function callerOf(socket: Socket): Caller {
  let caller = callers.get(socket);
  if (caller === undefined) {
    const added = new Caller();
    caller = added;
    callers.set(socket, added);
    if (socket.destroyed) added.go();
    else
      socket.once('close', () => {
        added.go();
      });
  }
  return caller;
}

/** A line in our own log for each run of a service. */
class RunLogger {
  readonly #logger: Logger;
  /** These lines hold no member that could be secret, and looking for one costs more than the line. */
  readonly #runLogger: Logger;
  readonly #isSilent: boolean;

  constructor({ logger, mode }: Executor) {
    this.#logger = logger;
    this.#runLogger = logger.child({}, { redact: [] });
    this.#isSilent = mode === 'single';
  }

  ended(request: FastifyRequest, container: Container, answer: RunAnswer): void {
    if (this.#isSilent || !this.#logger.isLevelEnabled('info')) return;
    const { usage } = answer;
    this.#runLogger.info(
      {
        request: request.id,
        container: container.id,
        activation: answer.activationId,
        result: answer.answer.type,
        queuedMs: toMicros(answer.queuedMs),
        ranMs: toMicros(answer.ranMs),
        peakMemoryBytes: usage.peakMemoryBytes,
        cpuTimeUs: usage.cpuTimeUs,
        fuel: usage.fuel,
        logBytes: answer.logBytes,
      },
      'run',
    );
  }

  failed(
    request: FastifyRequest,
    container: Container,
    activation: string | undefined,
    error: unknown,
  ): void {
    if (this.#isSilent) return;
    const { code, text } = toRunFailure(error);
    this.#logger.info(
      { request: request.id, container: container.id, activation, code, text },
      'run failed',
    );
  }
}

function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
