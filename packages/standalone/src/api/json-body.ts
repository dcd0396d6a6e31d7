import type { FastifyRequest } from 'fastify';
import { parseExactJson } from '../entities/exact-json.js';
import { Rejection } from '../rejections.js';
import { jsonType } from './answer.js';

const jsonTypePattern = /^application\/json[ \t]*(?:;|$)/i;

/**
 * The body of a request as it arrived.
 *
 * @param bytesMax default: what the server takes of any body
 * @returns `undefined` when there is none
 * @throws Rejection `WW_ERR_API_MEDIA_TYPE` when it is not sent as JSON, `WW_ERR_API_TOO_LARGE`
 */
export function readJsonBytes(request: FastifyRequest, bytesMax?: number): Buffer | undefined {
  const { body } = request;
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  const bytes = withoutMark(body);
  const type = request.headers['content-type'];
  if (type !== jsonType && (type === undefined || !jsonTypePattern.test(type))) {
    throw new Rejection(
      'WW_ERR_API_MEDIA_TYPE',
      `The body was sent as ${type === undefined ? 'nothing in particular' : JSON.stringify(type)}. Send JSON, with Content-Type: ${jsonType}.`,
    );
  }
  if (bytesMax !== undefined && body.length > bytesMax) throw tooLarge(body.length, bytesMax);
  return bytes;
}

/** Text in UTF-8 without the byte order mark that some editors put in front. */
export function withoutMark<Bytes extends Uint8Array>(text: Bytes): Bytes {
  return text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf
    ? (text.subarray(3) as Bytes)
    : text;
}

/**
 * The body of a request that must have one, parsed without loss: see `parseExactJson`.
 *
 * @throws Rejection `WW_ERR_API_MEDIA_TYPE`, `WW_ERR_API_BODY`, `WW_ERR_API_TOO_LARGE`
 */
export function readJsonBody(request: FastifyRequest): unknown {
  const bytes = readJsonBytes(request);
  if (bytes === undefined) {
    throw new Rejection(
      'WW_ERR_API_BODY',
      'The request content was malformed:\nThere is none. Send a JSON object.',
    );
  }
  return parseExactJson(bytes);
}

/** The refusal of a body, in bytes. */
export function tooLarge(length: number | undefined, bytesMax: number): Rejection {
  return new Rejection(
    'WW_ERR_API_TOO_LARGE',
    `Request larger than allowed: ${length === undefined ? 'more' : String(length)} > ${String(bytesMax)} bytes.`,
  );
}
