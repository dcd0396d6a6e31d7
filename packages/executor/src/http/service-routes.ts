import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { executorError } from '../errors.js';
import type { Executor } from '../executor.js';
import { toLogText } from '../logs/log-text.js';
import { sendJson } from './answer.js';
import { addContainerRoutes } from './container-routes.js';
import type { ContainerPorts } from './container-ports.js';

interface ContainerParams {
  readonly containerId: string;
}

/**
 * Both generations of the forked invoker's protocol at once: `POST /start` gives an id and a port
 * with `/init`, `/run` and `/destroy` of its own; `/:containerId/...` takes ids of the caller's.
 */
export function addServiceRoutes(
  app: FastifyInstance,
  executor: Executor,
  ports: ContainerPorts,
): void {
  const { containers } = executor;

  app.post('/start', async (_request, reply) => {
    const container = containers.create();
    try {
      const port = await ports.open(container);
      return await sendJson(reply, JSON.stringify({ containerId: container.id, port }));
    } catch (cause) {
      await containers.destroy(container.id);
      throw executorError(
        'WW_ERR_EXECUTOR_INTERNAL',
        'No port could be opened for the container.',
        cause,
      );
    }
  });

  // A container's own port, which says whose request it is.
  addContainerRoutes(app, executor, '', {
    forInit: (request) => {
      const id = ports.containerOf(request.raw.socket);
      if (id === undefined) throw executorError('WW_ERR_REQUEST_NOT_FOUND');
      return containers.getOrCreate(id);
    },
    forRun: (request) => {
      const id = ports.containerOf(request.raw.socket);
      if (id === undefined) throw executorError('WW_ERR_REQUEST_NOT_FOUND');
      return containers.get(id);
    },
  });
  app.post('/destroy', async (request, reply) => {
    const id = ports.containerOf(request.raw.socket);
    if (id === undefined) throw executorError('WW_ERR_REQUEST_NOT_FOUND');
    await containers.destroy(id);
    return sendEmpty(reply);
  });

  addContainerRoutes(app, executor, '/:containerId', {
    forInit: (request) => containers.getOrCreate(idOf(request)),
    forRun: (request) => containers.get(idOf(request)),
  });
  app.post<{ Params: ContainerParams }>('/:containerId/destroy', async (request, reply) => {
    // The forerunner took the id from the body and ignored the path. Any answer but 200 is no use
    // to an invoker, so an unknown id gets it too.
    const named = Buffer.isBuffer(request.body) ? readId(request.body) : '';
    if (named === '' || !(await containers.destroy(named))) await containers.destroy(idOf(request));
    return sendEmpty(reply);
  });

  app.get<{ Params: ContainerParams & { readonly activationId: string } }>(
    '/:containerId/logs/:activationId',
    async (request, reply) => {
      const lines = executor.logs.get(request.params);
      if (lines === undefined) throw executorError('WW_ERR_REQUEST_NOT_FOUND');
      const { pieces, bytes } = await toLogText(lines);
      return (
        reply
          .header('content-type', 'application/x-ndjson')
          // With its length: an answer without one counts for an invoker as none at all.
          .header('content-length', String(bytes))
          .send(Readable.from(pieces))
      );
    },
  );
}

/** The id in the path. `//init` has an empty one, which names nothing. */
function idOf(request: FastifyRequest): string {
  const { containerId } = request.params as ContainerParams;
  if (containerId === '') throw executorError('WW_ERR_REQUEST_NOT_FOUND');
  return containerId;
}

function sendEmpty(reply: Parameters<typeof sendJson>[0]): typeof reply {
  return reply.header('content-length', '0').send(Buffer.alloc(0));
}

/** The id in a destroy body: plain text, or quoted as JSON. */
function readId(body: Buffer): string {
  return body
    .subarray(0, 4096)
    .toString('utf8')
    .trim()
    .replace(/^"(.*)"$/s, '$1');
}
