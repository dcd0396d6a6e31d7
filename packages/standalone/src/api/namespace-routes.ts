import type { FastifyInstance } from 'fastify';
import { assertOwnNamespace } from '../catalog/catalog.js';
import type { StandaloneConfig } from '../config/schema.js';
import type { StandaloneServices } from '../standalone-services.js';
import { sendJson, sendValue } from './answer.js';
import { requireIdentity } from './authentication.js';
import { namespaceRoute, readNamespace } from './request-path.js';

/** Whose namespace a key belongs to, and what may be done in it. */
export function addNamespaceRoutes(
  app: FastifyInstance,
  { config, users }: StandaloneServices,
): void {
  const limits = JSON.stringify(toNamespaceLimits(config));
  for (const url of ['/api/v1/namespaces', '/api/v1/namespaces/']) {
    app.get(url, (request, reply) => {
      // Never empty: `wsk property get` reads the first.
      sendValue(reply, [requireIdentity(request, users).namespace]);
    });
  }
  for (const url of [`${namespaceRoute}/limits`, `${namespaceRoute}/limits/`]) {
    app.get(url, (request, reply) => {
      const identity = requireIdentity(request, users);
      assertOwnNamespace(identity, readNamespace(request.params, identity));
      sendJson(reply, limits);
    });
  }
}

/** In mebibytes and milliseconds. */
function toNamespaceLimits({ api, throttle, actions }: StandaloneConfig): object {
  return {
    invocationsPerMinute: throttle.invocationsPerMinute,
    concurrentInvocations: throttle.concurrentInvocations,
    firesPerMinute: throttle.firesPerMinute,
    minActionMemory: actions.memoryMiBMin,
    maxActionMemory: actions.memoryMiBMax,
    minActionLogs: 0,
    maxActionLogs: actions.logsMiBMax,
    minActionTimeout: actions.timeoutMsMin,
    maxActionTimeout: actions.timeoutMsMax,
    minActionConcurrency: 1,
    maxActionConcurrency: actions.concurrencyMax,
    maxParameterSize: `${String(api.parametersBytesMax)} B`,
    maxActionInstances: throttle.concurrentInvocations,
  };
}
