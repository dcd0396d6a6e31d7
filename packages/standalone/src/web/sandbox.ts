import type { FastifyReply } from 'fastify';

export const policyHeader = 'content-security-policy';
export const sniffingHeader = 'x-content-type-options';

/**
 * Everything but the origin. `allow-same-origin` is what is missing: the page is of an origin of its own,
 * whose requests name `null` as their `Origin`.
 */
export const sandboxPolicy =
  'sandbox allow-downloads allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox ' +
  'allow-scripts allow-top-navigation-by-user-activation';

/**
 * Keeps what a web action answers apart from the origin that it comes from. REST API, our own page and
 * the web actions of all namespaces share that origin.
 *
 * Every answer gets these headers, refusals included: what a browser takes for a document depends on the
 * browser, on how it was asked for and, if it guesses, on the body. No list of types knows all of that.
 */
export function addSandbox(reply: FastifyReply, isSandboxed: boolean): void {
  // What is served as something else must not become a document, nor a script of another page.
  void reply.header(sniffingHeader, 'nosniff');
  if (isSandboxed) void reply.header(policyHeader, sandboxPolicy);
}
