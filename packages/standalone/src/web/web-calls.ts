import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendValue } from '../api/answer.js';
import { readIdentity } from '../api/authentication.js';
import type { StandaloneServices } from '../standalone-services.js';
import type { Identity } from '../users/identity.js';
import { addWebCors } from './cors.js';
import { assertWebAuth } from './require-auth.js';
import { findWebAction, type WebAction } from './web-action.js';
import type { WebAddress, WebExtension } from './web-address.js';
import { readWebBody } from './web-body.js';
import { toWebPayload } from './web-input.js';
import type { WebRequestHead } from './web-request.js';
import { confineCookie } from './origin-headers.js';
import { policyHeader, sandboxPolicy, sniffingHeader } from './sandbox.js';
import type { WebResponse } from './web-response.js';
import { toWebResponse } from './web-result.js';

/** A request to a web action that may go on. */
interface WebCall {
  readonly action: WebAction;
  readonly extension: WebExtension;
  readonly head: WebRequestHead;
  readonly caller: Identity | undefined;
  /** Where the action's cookies may hold: a path that ends in a slash. */
  readonly cookieFolder: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read. */
    webCall: WebCall | undefined;
  }
}

/** Calls of web actions, whichever route they come by. */
export class WebCalls {
  readonly #services: StandaloneServices;

  constructor(services: StandaloneServices) {
    this.#services = services;
  }

  /**
   * Decides whether a request may go on, before its body is read: what is refused costs nothing.
   *
   * @param cookieFolder Where the action's cookies may hold: a path that ends in a slash.
   * @throws Rejection `WW_ERR_API_NOT_FOUND`; `WW_ERR_API_NO_CREDENTIALS` or `WW_ERR_API_CREDENTIALS`
   *   of a secured action
   */
  begin(
    request: FastifyRequest,
    reply: FastifyReply,
    address: WebAddress,
    head: WebRequestHead,
    cookieFolder: string,
  ): void {
    const action = findWebAction(this.#services, address);
    const caller = readIdentity(head.headers.get('authorization'), this.#services.users);
    if (!action.hasOwnOptions) addWebCors(reply, head.headers);
    // Preflights carry no credentials, so they are never asked for any.
    if (head.method !== 'options')
      assertWebAuth(action.target.action.annotations, head.headers, caller);
    request.webCall = { action, extension: address.extension, head, caller, cookieFolder };
  }

  /** Answers a request that `begin` let go on, once its body is there. */
  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { webCall } = request;
    if (webCall === undefined) throw new Error('the call was not begun');
    const { action, extension, head, caller, cookieFolder } = webCall;
    if (head.method === 'options' && !action.hasOwnOptions) return reply.send();
    const { config, invoker } = this.#services;
    const body = await readWebBody(request, config.api.payloadBytesMax);
    const payload = toWebPayload(toUnpackedHead(head), body, {
      isRaw: action.isRaw,
      finalNames: action.finalNames,
      user: caller?.namespace,
    });
    const outcome = await invoker.invoke(
      { identity: action.owner, target: action.target, payload, transactionId: request.id },
      config.api.blockingWaitMs,
    );
    if (outcome.type === 'accepted') {
      addActivationId(reply, outcome.activationId);
      return sendValue(reply.code(202), {
        error: `Response not yet ready. The activation ${outcome.activationId} goes on; its owner reads the result with "wsk activation result ${outcome.activationId}" when it is over.`,
        code: request.id,
      });
    }
    addActivationId(reply, outcome.record.activationId);
    const response = toWebResponse(outcome.record, extension);
    return sendWebResponse(reply, response, config.api.webSandbox, cookieFolder);
  }
}

/** The body that the action gets is not packed, whatever was sent. */
function toUnpackedHead(head: WebRequestHead): WebRequestHead {
  if (!head.headers.has('content-encoding')) return head;
  const headers = new Map(head.headers);
  headers.delete('content-encoding');
  return { ...head, headers };
}

function addActivationId(reply: FastifyReply, activationId: string): void {
  void reply.header('x-openwhisk-activation-id', activationId);
}

function sendWebResponse(
  reply: FastifyReply,
  { status, headers, body }: WebResponse,
  isSandboxed: boolean,
  cookieFolder: string,
): FastifyReply {
  // A policy of the action's own holds beside ours, and never in its place.
  const byName = new Map<string, string[]>(isSandboxed ? [[policyHeader, [sandboxPolicy]]] : []);
  for (const [name, given] of headers) {
    if (name === sniffingHeader) continue;
    const value = name === 'set-cookie' ? confineCookie(given, cookieFolder) : given;
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [value]);
    else values.push(value);
  }
  for (const [name, values] of byName) {
    const [first = ''] = values;
    void reply.header(name, values.length === 1 ? first : values);
  }
  void reply.code(status);
  // As bytes: of texts Fastify has ideas about the charset.
  return body === undefined
    ? reply.send()
    : reply.send(typeof body === 'string' ? Buffer.from(body) : body);
}
