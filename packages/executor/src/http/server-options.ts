import type { RequestListener, Server } from 'node:http';

/** What our servers have in common. */
export const serverOptions = {
  noDelay: true,
  /** How often connections are looked at for requests that do not arrive, in milliseconds. */
  connectionsCheckingInterval: 5000,
  // Node would refuse a request without one by an answer that has no length: we do it ourselves.
  requireHostHeader: false,
} as const;

/** Node would answer an expectation that it does not know without a length: such requests are handled like any. */
export function answerUnusual(server: Server, handle: RequestListener): void {
  server.on('checkExpectation', handle);
}
