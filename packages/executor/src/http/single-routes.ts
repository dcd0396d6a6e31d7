import type { FastifyInstance } from 'fastify';
import type { Executor } from '../executor.js';
import { addContainerRoutes } from './container-routes.js';

/** The one container of a Docker image: `/init` and `/run` at the root, as a stock invoker calls them. */
export function addSingleRoutes(app: FastifyInstance, executor: Executor): void {
  const { containers } = executor;
  const container = containers.create();
  const find = () => containers.getOrCreate(container.id);
  addContainerRoutes(app, executor, '', { forInit: find, forRun: find });
}
