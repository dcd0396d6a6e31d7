import type { ActivationRecord } from '../entities/activation-record.js';
import { Rejection } from '../rejections.js';
import { toHttpResponse } from './http-result.js';
import { indentJson } from './indent-json.js';
import { cutObject, toJsonValue, toText, type JsonValue } from './json-object.js';
import type { WebExtension } from './web-address.js';
import type { WebResponse } from './web-response.js';

/** Pretty JSON is at most so many times as long as the JSON; what would be longer is sent as it is. */
const indentationMax = 4;

/**
 * Makes an answer of the record of a web action. Of an application error the value of `error` is
 * taken as if it were the result, so a web action may answer 404 by throwing an object.
 *
 * @throws Rejection `WW_ERR_WEB_RESULT` when the result is not of a form that the extension takes,
 *   `WW_ERR_API_NOT_FOUND` when `.text` finds no text, `WW_ERR_WEB_ACTION` when the action failed
 */
export function toWebResponse(
  {
    statusCode,
    resultJson,
    platformError,
  }: Pick<ActivationRecord, 'statusCode' | 'resultJson' | 'platformError'>,
  extension: WebExtension,
): WebResponse {
  if (statusCode > 1)
    throw new Rejection(
      'WW_ERR_WEB_ACTION',
      'There was an error processing your request. The activation of this answer says which.',
    );
  // Not a value of the action's: no answer can be made of it.
  if (platformError !== undefined)
    throw new Rejection(
      'WW_ERR_WEB_ACTION',
      `There was an error processing your request. ${platformError}`,
    );
  const result = toJsonValue(resultJson ?? 'null');
  const value = statusCode === 0 ? result : errorOf(result);
  switch (extension) {
    case 'http':
      return toHttpResponse(value);
    case 'json':
      return toJsonResponse(value);
    case 'html':
      return toMarkupResponse(value, 'html', 'text/html; charset=UTF-8');
    case 'svg':
      return toMarkupResponse(value, 'svg', 'image/svg+xml');
    case 'text':
      return toTextResponse(value);
  }
}

/** Every application error has this member: `{"error": …}` is what makes it one. */
function errorOf(result: JsonValue): JsonValue {
  const error = result.kind === 'object' ? cutObject(result.source).get('error') : undefined;
  if (error === undefined) throw new Error('an application error without the member "error"');
  return error;
}

function toJsonResponse(value: JsonValue): WebResponse {
  if (value.kind !== 'object' && value.kind !== 'array')
    throw notValid(
      'application/json',
      `it must be an object or an array, and is ${article(value)}`,
    );
  return { status: 200, headers: [['content-type', 'application/json']], body: toPretty(value) };
}

function toMarkupResponse(
  value: JsonValue,
  name: 'html' | 'svg',
  contentType: string,
): WebResponse {
  let markup: JsonValue | undefined = value;
  if (value.kind === 'object') {
    const members = cutObject(value.source);
    markup = members.get('body') ?? members.get(name);
  }
  if (markup?.kind !== 'string')
    throw notValid(
      contentType.replace(/;.*/, ''),
      `it must be a string, or an object whose "body" or "${name}" is one`,
    );
  return { status: 200, headers: [['content-type', contentType]], body: toText(markup) };
}

function toTextResponse(value: JsonValue): WebResponse {
  let found: JsonValue | undefined = value;
  if (value.kind === 'object') {
    const members = cutObject(value.source);
    found = members.get('body') ?? members.get('text');
  }
  if (found === undefined)
    throw new Rejection(
      'WW_ERR_API_NOT_FOUND',
      'The result of the action has no text: neither a member "body" nor "text".',
    );
  return {
    status: 200,
    headers: [['content-type', 'text/plain; charset=UTF-8']],
    body: found.kind === 'string' ? toText(found) : toPretty(found),
  };
}

function toPretty({ source }: JsonValue): string {
  return indentJson(source, indentationMax * source.length + 1024);
}

function article({ kind }: JsonValue): string {
  return kind === 'null' ? 'null' : `a ${kind}`;
}

function notValid(type: string, reason: string): Rejection {
  return new Rejection(
    'WW_ERR_WEB_RESULT',
    `The result of the action is not valid as ${type}: ${reason}.`,
  );
}
