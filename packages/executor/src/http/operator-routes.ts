import type { FastifyInstance } from 'fastify';
import type { Executor } from '../executor.js';
import { sendJson } from './answer.js';

/** What operators look at: `/health` (alive), `/ready` (would take a run), `/metrics` (Prometheus). */
export function addOperatorRoutes(app: FastifyInstance, executor: Executor): void {
  app.get('/health', async (_request, reply) => sendJson(reply, '{"status":"ok"}'));

  app.get('/ready', async (_request, reply) => {
    const { ready, draining } = executor;
    const { threads, queuedRuns } = executor.runner.status();
    return sendJson(
      reply.code(ready ? 200 : 503),
      JSON.stringify({ ready, draining, threads, queuedRuns }),
    );
  });

  app.get('/metrics', async (_request, reply) => {
    const { registry, text } = executor.metrics;
    return reply.header('content-type', registry.contentType).send(await text.read());
  });
}
