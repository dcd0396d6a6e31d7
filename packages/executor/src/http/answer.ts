import type { FastifyReply } from 'fastify';
import type { JsonText } from '@wasmwhisk/json-text';

/** Without a charset, as invokers send and expect it. */
export const jsonType = 'application/json';

/**
 * Sends JSON text with its length, never chunked: an answer without `Content-Length` counts for an
 * invoker as none at all.
 */
export function sendJson(reply: FastifyReply, json: JsonText): FastifyReply {
  reply.header('content-type', jsonType);
  // A text leaves with the head in one write; as bytes it would be a second piece, which costs 4 us more.
  // A serializer of our own keeps Fastify from adding a charset.
  if (typeof json === 'string') return reply.serializer(unchanged).send(json);
  return reply.send(Buffer.from(json.buffer, json.byteOffset, json.length));
}

function unchanged(json: string): string {
  return json;
}
