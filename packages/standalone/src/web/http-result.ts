import { validateHeaderName, validateHeaderValue } from 'node:http';
import { Rejection } from '../rejections.js';
import { shorten } from '../shown-text.js';
import { decodeBase64, isBase64 } from './base64-text.js';
import { cutObject, toText, type JsonValue } from './json-object.js';
import { toHeaderText } from './header-texts.js';
import { isJsonType, isTextType, parseMediaType, toMediaTypeText } from './media-types.js';
import { isOfOrigin } from './origin-headers.js';
import { encodeText } from './text-encodings.js';
import type { WebResponse } from './web-response.js';

type Header = readonly [name: string, value: string];

/**
 * What the connection and the server say themselves. An action that sets these is not obeyed: they
 * would break the framing of the answer, or say of it what is not true.
 */
const ownHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-openwhisk-activation-id',
  'x-request-id',
  'x-wasmwhisk-error',
]);

/** Answers with these have no body, whatever the action says. */
const bodylessStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Makes an answer of `{statusCode?, headers?, body?}`.
 *
 * @throws Rejection `WW_ERR_WEB_RESULT`
 */
export function toHttpResponse(value: JsonValue): WebResponse {
  if (value.kind !== 'object')
    throw notValid(
      value.kind === 'array'
        ? 'an array is no object of statusCode, headers and body. Ask for it with .json or .text'
        : 'it must be an object of statusCode, headers and body',
    );
  const members = cutObject(value.source);
  const status = readStatus(members.get('statusCode'));
  const { headers, contentType } = readHeaders(members.get('headers'));
  const body = members.get('body');
  if (body === undefined || body.kind === 'null' || body.source === '""')
    return { status: status ?? 204, headers, body: undefined };
  const content =
    body.kind === 'string'
      ? toContent(toText(body), contentType)
      : toJsonContent(body, contentType);
  const known = status ?? 200;
  if (bodylessStatuses.has(known)) return { status: known, headers, body: undefined };
  return {
    status: known,
    headers: [...headers, ['content-type', content.type]],
    body: content.body,
  };
}

/** 200 to 599: those below are no answers, and nobody knows what those above mean. */
function readStatus(value: JsonValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  let status = Number.NaN;
  if (value.kind === 'number') status = Number(value.source);
  else if (value.kind === 'string') {
    const text = toText(value);
    if (/^\d{1,9}$/.test(text)) status = Number(text);
  }
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw notValid(`statusCode must be an integer from 200 to 599, and is ${shorten(value.source)}`);
}

function readHeaders(value: JsonValue | undefined): {
  readonly headers: readonly Header[];
  readonly contentType: string | undefined;
} {
  if (value === undefined) return { headers: [], contentType: undefined };
  if (value.kind !== 'object') throw notValid('headers must be an object');
  const headers: Header[] = [];
  let contentType: string | undefined;
  for (const [name, member] of cutObject(value.source)) {
    const key = toHeaderName(name);
    for (const found of toHeaderTexts(name, member)) {
      const text = toHeaderText(key, found);
      assertHeaderValue(key, text);
      if (key === 'content-type') {
        if (contentType !== undefined) throw notValid('there is more than one content-type');
        contentType = text;
      } else if (!ownHeaders.has(key) && !isOfOrigin(key)) headers.push([key, text]);
    }
  }
  return { headers, contentType };
}

function toHeaderName(name: string): string {
  try {
    validateHeaderName(name);
  } catch (error) {
    throw notValid(`${shorten(JSON.stringify(name))} is no name of a header`, error);
  }
  // Of an object that headers are kept in on their way out this is no member.
  if (name === '__proto__') throw notValid('"__proto__" is no name of a header');
  return name.toLowerCase();
}

function assertHeaderValue(name: string, value: string): void {
  try {
    validateHeaderValue(name, value);
  } catch (error) {
    throw notValid(
      `the header "${shorten(name)}" has characters that headers may not have, such as line breaks`,
      error,
    );
  }
}

function toHeaderTexts(name: string, value: JsonValue): readonly string[] {
  switch (value.kind) {
    case 'string':
      return [toText(value)];
    case 'number':
    case 'boolean':
      return [value.source];
    case 'array':
      return toElementTexts(name, value.source);
    case 'object':
    case 'null':
      throw badHeader(name);
  }
}

/** One element that a header can be made of, and what follows it. */
const elementPattern =
  /[ \t\r\n]*(?:("[^"\\]*(?:\\.[^"\\]*)*")|(-?\d[\d.eE+-]*|true|false))[ \t\r\n]*[,\]]/y;

/** Numbers as they were written: an id in a header may be beyond 2^53. */
function toElementTexts(name: string, source: string): readonly string[] {
  const texts: string[] = [];
  if (/^\[[ \t\r\n]*\]$/.test(source)) return texts;
  elementPattern.lastIndex = 1;
  for (;;) {
    const found = elementPattern.exec(source);
    if (found === null) throw badHeader(name);
    texts.push(found[1] === undefined ? (found[2] ?? '') : (JSON.parse(found[1]) as string));
    if (elementPattern.lastIndex === source.length) return texts;
  }
}

function badHeader(name: string): Rejection {
  return notValid(
    `the header ${shorten(JSON.stringify(name))} must be a string, number or boolean, or an array of these`,
  );
}

interface Content {
  readonly type: string;
  readonly body: string | Buffer;
}

function toContent(text: string, contentType: string | undefined): Content {
  if (contentType === undefined) return { type: 'text/html; charset=UTF-8', body: text };
  const type = parseMediaType(contentType);
  if (type === undefined)
    throw notValid(`the content-type ${shorten(JSON.stringify(contentType))} cannot be read`);
  if (!isTextType(type)) {
    const body = decodeBase64(text);
    if (body === undefined) throw notValid(`a body of type ${type.essence} must be base64`);
    return { type: contentType, body };
  }
  // OpenWhisk took JSON for binary once, and still decodes whatever looks like base64.
  if (isJsonType(type))
    return { type: contentType, body: isPackedJson(text) ? Buffer.from(text, 'base64') : text };
  if (!type.parameters.has('charset'))
    return { type: `${toMediaTypeText(type)}; charset=UTF-8`, body: text };
  const body = encodeText(text, type);
  if (body === undefined)
    throw notValid(
      `the body cannot be written in the charset ${shorten(JSON.stringify(type.parameters.get('charset')))}. Use UTF-8`,
    );
  return { type: contentType, body };
}

/** `true`, `null` and `1234` could be base64, and are JSON. */
function isPackedJson(text: string): boolean {
  if (!isBase64(text)) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

function toJsonContent({ source }: JsonValue, contentType: string | undefined): Content {
  if (contentType === undefined) return { type: 'application/json', body: source };
  const type = parseMediaType(contentType);
  if (type !== undefined && isJsonType(type)) return { type: contentType, body: source };
  throw notValid(
    `a body that is no string is JSON, and the content-type ${shorten(JSON.stringify(contentType))} is another`,
  );
}

function notValid(reason: string, cause?: unknown): Rejection {
  return new Rejection(
    'WW_ERR_WEB_RESULT',
    `The result of the action is not valid as message/http: ${reason}.`,
    { cause },
  );
}
