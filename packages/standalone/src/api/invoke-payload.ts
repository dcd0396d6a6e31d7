import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import {
  cutMembers,
  jsonStringBytesMax,
  JsonSyntaxError,
  scanMembers,
  toJsonText,
  type JsonText,
} from '@wasmwhisk/json-text';
import type { ResolvedAction } from '../catalog/resolved-action.js';
import { factsOf } from '../invocation/action-facts.js';
import { namesOf, toLookup } from '../invocation/arguments.js';
import { Rejection } from '../rejections.js';
import { readJsonBytes } from './json-body.js';

/**
 * The arguments of an invocation or a trigger: the body as it was written, checked and not parsed.
 *
 * @returns one JSON object; `{}` when there is no body
 * @throws Rejection `WW_ERR_API_MEDIA_TYPE`, `WW_ERR_API_BODY`, `WW_ERR_API_TOO_LARGE`
 */
export function readPayload(request: FastifyRequest, payloadBytesMax: number): JsonText {
  const bytes = readJsonBytes(request, payloadBytesMax);
  if (bytes === undefined) return '{}';
  if (bytes.length <= jsonStringBytesMax && isUtf8(bytes)) {
    const text = bytes.toString('utf8');
    // Nearly always. What is not of the usual form is looked at again, more slowly.
    if (cutMembers(text) !== undefined) return text.trim();
  }
  return readAnyPayload(bytes);
}

function readAnyPayload(bytes: Uint8Array): JsonText {
  try {
    if (scanMembers(bytes) !== undefined) return toJsonText(bytes, trimmed(bytes));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw malformed(`It is no JSON: ${error.message}.`, error);
  }
  throw malformed('It must be a JSON object, and this is another value.');
}

/** Where the object stands between white space. */
function trimmed(bytes: Uint8Array): { readonly start: number; readonly end: number } {
  return { start: bytes.indexOf(0x7b), end: bytes.lastIndexOf(0x7d) + 1 };
}

function malformed(reason: string, cause?: unknown): Rejection {
  return new Rejection('WW_ERR_API_BODY', `The request content was malformed:\n${reason}`, {
    cause,
  });
}

/** Most parameters that a refusal names. */
const shownMax = 10;

/**
 * Holds an action's word that its parameters are final: no argument may take the place of one that has a
 * value.
 *
 * @throws Rejection `WW_ERR_API_FINAL_PARAMETER`
 */
export function assertNoneFinal({ action, parameters }: ResolvedAction, payload: JsonText): void {
  if (parameters.length === 0 || !factsOf(action).isFinal) return;
  const isSent = toLookup(namesOf(payload), parameters.length);
  const overridden = parameters.filter(({ key, json }) => json !== 'null' && isSent(key));
  if (overridden.length === 0) return;
  const shown = overridden
    .slice(0, shownMax)
    .map(({ key }) => JSON.stringify(key))
    .join(', ');
  throw new Rejection(
    'WW_ERR_API_FINAL_PARAMETER',
    `Request defines parameters that are not allowed (e.g., reserved properties). The parameters of the action are final, and the request would override ${shown}.`,
  );
}
