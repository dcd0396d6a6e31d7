import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { boundPipelines } from './pipelines.js';

/** Settings that all our servers follow. */
export interface ServerSettings {
  readonly keepAliveTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connectionsMax: number;
  readonly pipelinedRequestsMax: number;
}

/** Makes one of our servers, with what they have in common. Does not listen. */
export function createHttpServer(
  settings: ServerSettings,
  handle: RequestListener,
  options: ServerOptions = {},
): Server {
  const bounded = boundPipelines(handle, settings.pipelinedRequestsMax);
  const server = createServer(
    {
      noDelay: true,
      keepAliveTimeout: settings.keepAliveTimeoutMs,
      // Node takes its time for headers from it: were that one longer, Node would exchange the two, and
      // bodies would have a minute.
      requestTimeout: settings.requestTimeoutMs,
      // How often connections are looked at for requests that do not arrive, in milliseconds.
      connectionsCheckingInterval: 5000,
      // Node would refuse a request without one by an answer that has no length: we do it ourselves.
      requireHostHeader: false,
      ...options,
    },
    bounded,
  );
  server.maxConnections = settings.connectionsMax;
  // Node would answer an expectation that it does not know without a length: such requests are handled like any.
  server.on('checkExpectation', bounded);
  return server;
}
