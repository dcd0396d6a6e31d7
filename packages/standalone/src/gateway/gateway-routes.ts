import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeSegment } from '../api/request-path.js';
import { Rejection } from '../rejections.js';
import type { StandaloneServices } from '../standalone-services.js';
import { addWebCors } from '../web/cors.js';
import { requireAuthHeader } from '../web/require-auth.js';
import { WebCalls } from '../web/web-calls.js';
import { readHeaders, splitTarget } from '../web/web-request.js';
import { folderOf, webMethods } from '../web/web-routes.js';
import { ApiBook } from './api-book.js';
import { segmentsOf } from './gateway-paths.js';
import { addManagementRoutes } from './management-routes.js';
import { RouteTable, type RouteMatch } from './route-table.js';

const prefix = '/apis/';

/** APIs that `wsk api create` makes: their management, and `/apis/NAMESPACE/BASE/PATH` for everybody. */
export function addGatewayRoutes(app: FastifyInstance, services: StandaloneServices): void {
  const routes = new RouteTable(services.storage.apis);
  const calls = new WebCalls(services);
  addManagementRoutes(app, services, new ApiBook(services.storage, routes));
  if (!app.hasRequestDecorator('webCall')) app.decorateRequest('webCall', undefined);
  app.route({
    method: [...webMethods],
    url: `${prefix}*`,
    bodyLimit: services.config.api.payloadBytesMax,
    onRequest: (request, reply, done) => {
      begin(request, reply, routes, calls);
      done();
    },
    // Without a call it is a preflight that no operation wants to answer.
    handler: (request, reply) =>
      request.webCall === undefined ? reply.send() : calls.answer(request, reply),
  });
}

/** Finds the operation, and begins the call of its web action. */
function begin(
  request: FastifyRequest,
  reply: FastifyReply,
  routes: RouteTable,
  calls: WebCalls,
): void {
  const { path, query } = splitTarget(request.raw.url ?? '/');
  const headers = readHeaders(request.raw);
  const rest = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  const slash = rest.indexOf('/');
  const namespace = decodeSegment(slash < 0 ? rest : rest.slice(0, slash));
  const apiPath = slash < 0 ? '/' : rest.slice(slash);
  const method = request.method.toLowerCase();
  // A service worker at /apis/NAMESPACE would be let loose on all of /apis/. Browsers say what they ask for.
  const isTooWide = slash < 0 && headers.has('service-worker');
  const match: RouteMatch =
    isTooWide || namespace === ''
      ? { type: 'none' }
      : routes.match(namespace, segmentsOf(apiPath).map(decodeSegment), method);
  if (match.type === 'none') {
    addWebCors(reply, headers);
    throw new Rejection('WW_ERR_API_NOT_FOUND', 'No API has this path.');
  }
  if (match.type === 'method') {
    addWebCors(reply, headers);
    if (method === 'options') return;
    const allowed = match.allowed.map((each) => each.toUpperCase()).join(', ');
    void reply.header('allow', allowed);
    throw new Rejection(
      'WW_ERR_API_METHOD',
      `This path of the API does not take the method ${request.method}, but ${allowed}.`,
    );
  }
  const { target } = match;
  if (target.secureKey !== undefined) headers.set(requireAuthHeader, target.secureKey);
  const head = {
    method,
    headers,
    // As the gateway of OpenWhisk: actions that answer HTTP themselves learn by which path they were called.
    path: target.extension === 'http' ? apiPath : '',
    query,
  };
  calls.begin(request, reply, target, head, folderOf(prefix, namespace));
}
