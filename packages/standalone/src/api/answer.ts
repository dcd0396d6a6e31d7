import type { FastifyReply } from 'fastify';

/** Without a charset: `wskdeploy` ignores the kinds served when there is one in lower case. */
export const jsonType = 'application/json';

/** Sends JSON text as it is, with its length. */
export function sendJson(reply: FastifyReply, json: string): FastifyReply {
  // A serializer of our own keeps Fastify from adding a charset.
  return reply.header('content-type', jsonType).serializer(unchanged).send(json);
}

/** Sends a value as JSON. */
export function sendValue(reply: FastifyReply, value: unknown): FastifyReply {
  return sendJson(reply, JSON.stringify(value));
}

function unchanged(json: string): string {
  return json;
}
