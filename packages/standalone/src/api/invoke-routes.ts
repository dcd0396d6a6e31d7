import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ActivationRecord } from '../entities/activation-record.js';
import type { InvocationOutcome } from '../invocation/invocation.js';
import type { StandaloneServices } from '../standalone-services.js';
import { toActivationText } from './activation-documents.js';
import { fromHeaderText } from '../web/header-texts.js';
import { sendJson } from './answer.js';
import { requireIdentity } from './authentication.js';
import { assertNoneFinal, readPayload } from './invoke-payload.js';
import { readBoolean, readInteger } from './query.js';
import { namespaceRoute, readEntityPath } from './request-path.js';

const activationIdHeader = 'x-openwhisk-activation-id';

/** Headers that hold the caller's credentials, which are nobody else's business. */
const credentialHeaders: readonly string[] = ['authorization', 'cookie', 'proxy-authorization'];

/** `POST` on actions invokes them, and on triggers fires them. */
export function addInvokeRoutes(app: FastifyInstance, services: StandaloneServices): void {
  const { catalog, config, invoker, users } = services;
  const { payloadBytesMax, blockingWaitMs } = config.api;
  const waitBounds = { min: 1, max: blockingWaitMs };

  for (const url of ['actions/:name', 'actions/:package/:name'])
    app.post(`${namespaceRoute}/${url}`, (request, reply) => {
      const identity = requireIdentity(request, users);
      const path = readEntityPath(request.params, identity);
      const { query } = request;
      const isBlocking = readBoolean(query, 'blocking', false);
      const resultOnly = readBoolean(query, 'result', false);
      const waitMs = readInteger(query, 'timeout', waitBounds, blockingWaitMs);
      const target = catalog.resolveAction(identity, path);
      const payload = readPayload(request, payloadBytesMax);
      assertNoneFinal(target, payload);
      // Answers by itself: a promise that Fastify waits for would cost a microsecond. Nothing is
      // cancelled when the caller goes away: the activation was accepted.
      invoker
        .invoke({ identity, target, payload, transactionId: request.id }, isBlocking ? waitMs : 0)
        .then((outcome) => {
          sendOutcome(reply, outcome, resultOnly);
        })
        .catch((error: unknown) => {
          void reply.send(error);
        });
    });

  app.post(`${namespaceRoute}/triggers/:name`, (request, reply) => {
    const identity = requireIdentity(request, users);
    const trigger = catalog.findOwn(identity, 'trigger', readEntityPath(request.params, identity));
    const payload = readPayload(request, payloadBytesMax);
    invoker
      .fire({
        identity,
        trigger,
        payload,
        headers: toForwardedHeaders(request),
        transactionId: request.id,
      })
      .then((activationId) => {
        if (activationId === undefined) void reply.code(204).send();
        else sendAccepted(reply, activationId);
      })
      .catch((error: unknown) => {
        void reply.send(error);
      });
  });
}

function sendOutcome(reply: FastifyReply, outcome: InvocationOutcome, resultOnly: boolean): void {
  if (outcome.type === 'accepted') {
    sendAccepted(reply, outcome.activationId);
    return;
  }
  const { record } = outcome;
  void reply.code(statusOf(record)).header(activationIdHeader, record.activationId);
  sendJson(reply, toAnswerText(record, resultOnly));
}

/** Of an activation that failed: `wsk` takes the record out of a 502, and calls anything else a lost connection. */
function statusOf({ statusCode }: ActivationRecord): number {
  switch (statusCode) {
    case 0:
      return 200;
    case 1:
    case 2:
      return 502;
    case 3:
      return 500;
  }
}

/** The record, or its bare result. OpenWhisk sends a list bare always, and `wsk` takes it for the id. */
function toAnswerText(record: ActivationRecord, resultOnly: boolean): string {
  return resultOnly ? (record.resultJson ?? '{}') : toActivationText(record);
}

function sendAccepted(reply: FastifyReply, activationId: string): void {
  void reply.code(202).header(activationIdHeader, activationId);
  sendJson(reply, `{"activationId":"${activationId}"}`);
}

/** The headers of a request as actions get them: lower-case names, texts, no credentials. */
function toForwardedHeaders({ headers }: FastifyRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || credentialHeaders.includes(name)
        ? []
        : [[name, fromHeaderText(Array.isArray(value) ? value.join(', ') : value)]],
    ),
  );
}
