import type { FastifyReply } from 'fastify';
import type { JsonText } from '@wasmwhisk/json-text';

/** Without a charset, as invokers send and expect it. */
export const jsonType = 'application/json';

/**
 * Sends JSON text with its length, never chunked: an answer without `Content-Length` counts for an
 * invoker as none at all.
 */
export function sendJson(reply: FastifyReply, json: JsonText): FastifyReply {
  return reply
    .header('content-type', jsonType)
    .send(
      typeof json === 'string'
        ? Buffer.from(json)
        : Buffer.from(json.buffer, json.byteOffset, json.length),
    );
}
