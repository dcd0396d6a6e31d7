import {
  jsonStringBytesMax,
  JsonSyntaxError,
  scanJson,
  scanMembers,
  toJsonText,
  type JsonMember,
  type JsonText,
} from '@wasmwhisk/json-text';
import { withoutMark } from '../api/json-body.js';
import { Rejection } from '../rejections.js';
import { readFields } from './form-fields.js';
import {
  isFormType,
  isJsonType,
  isTextType,
  parseMediaType,
  type MediaType,
} from './media-types.js';
import { decodeText } from './text-encodings.js';
import type { WebRequestHead } from './web-request.js';

/** Names that only we may give to a web action. */
export const reservedNames: ReadonlySet<string> = new Set([
  '__ow_method',
  '__ow_headers',
  '__ow_path',
  '__ow_user',
  '__ow_query',
  '__ow_body',
]);

/** Most members of a JSON body, which are cut one by one. A mebibyte of short ones has more, no request of use has. */
const membersMax = 100_000;

/** How a web action wants its requests. */
export interface WebInputOptions {
  /** `raw-http`: query and body are given as they are, and nothing is merged. */
  readonly isRaw: boolean;
  /** Parameters that are final: no request may name them. */
  readonly finalNames: ReadonlySet<string>;
  /** Namespace of the caller, if it sent valid credentials. */
  readonly user: string | undefined;
}

/**
 * Makes the arguments of a web action: `__ow_*`, over them the query, over it the body. Values are
 * pasted as text, so numbers arrive as they were sent.
 *
 * @returns one JSON object, each name once
 * @throws Rejection `WW_ERR_WEB_RESERVED` of a query or body that names what it may not,
 *   `WW_ERR_API_BODY`, `WW_ERR_API_QUERY`, `WW_ERR_API_MEDIA_TYPE` of what cannot be read
 */
export function toWebPayload(
  head: WebRequestHead,
  body: Uint8Array,
  options: WebInputOptions,
): JsonText {
  const members = new Map<string, string>([
    ['__ow_method', JSON.stringify(head.method)],
    ['__ow_headers', toHeadersJson(head.headers)],
    ['__ow_path', JSON.stringify(head.path)],
  ]);
  if (options.user !== undefined) members.set('__ow_user', JSON.stringify(options.user));
  const type = body.length === 0 ? undefined : contentTypeOf(head);
  if (options.isRaw) {
    members.set('__ow_query', JSON.stringify(head.query));
    members.set('__ow_body', toRawBodyJson(body, type));
  } else {
    const add = (name: string, json: string): void => {
      assertFree(name, options.finalNames);
      members.set(name, json);
    };
    for (const [name, value] of readFields(head.query, 'query')) add(name, JSON.stringify(value));
    if (body.length > 0) addBody(body, type, add, members);
  }
  return pasteMembers(members);
}

/** `undefined` when none was sent. @throws Rejection `WW_ERR_API_MEDIA_TYPE` */
function contentTypeOf({ headers }: WebRequestHead): MediaType | undefined {
  const text = headers.get('content-type');
  if (text === undefined || text === '') return undefined;
  const type = parseMediaType(text);
  if (type !== undefined) return type;
  throw new Rejection(
    'WW_ERR_API_MEDIA_TYPE',
    `The Content-Type ${JSON.stringify(text.slice(0, 100))} cannot be read. Write "type/subtype".`,
  );
}

function addBody(
  body: Uint8Array,
  type: MediaType | undefined,
  add: (name: string, json: string) => void,
  members: Map<string, string>,
): void {
  if (type !== undefined && isJsonType(type)) {
    const text = withoutMark(body);
    const found = cutJson(text);
    if (typeof found === 'string') members.set('__ow_body', found);
    else for (const member of found) add(member.name, sourceOf(text, member));
  } else if (type !== undefined && isFormType(type)) {
    const fields = readFields(decodeText(withoutMark(body), type), 'form');
    for (const [name, value] of fields) add(name, JSON.stringify(value));
  } else {
    members.set('__ow_body', toOpaqueJson(body, type));
  }
}

/** Exactly `application/json` travels as base64 for raw actions, for no better reason than that it always did. */
function toRawBodyJson(body: Uint8Array, type: MediaType | undefined): string {
  if (body.length === 0) return '""';
  if (type?.essence === 'application/json') return toBase64Json(body);
  return toOpaqueJson(body, type);
}

function toOpaqueJson(body: Uint8Array, type: MediaType | undefined): string {
  return type !== undefined && isTextType(type)
    ? JSON.stringify(decodeText(body, type))
    : toBase64Json(body);
}

function toBase64Json(body: Uint8Array): string {
  const { buffer, byteOffset, length } = body;
  return `"${Buffer.from(buffer, byteOffset, length).toString('base64')}"`;
}

/** The members of a JSON object, or any other value as text. @throws Rejection `WW_ERR_API_BODY` */
function cutJson(body: Uint8Array): readonly JsonMember[] | string {
  try {
    return scanMembers(body, membersMax) ?? sourceOf(body, scanJson(body));
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new Rejection(
      'WW_ERR_API_BODY',
      `The request content was malformed:\n${error.message}.`,
      { cause: error },
    );
  }
}

function sourceOf(
  body: Uint8Array,
  span: { readonly start: number; readonly end: number },
): string {
  const { buffer, byteOffset } = body;
  return Buffer.from(buffer, byteOffset + span.start, span.end - span.start).toString('utf8');
}

function assertFree(name: string, finalNames: ReadonlySet<string>): void {
  if (!reservedNames.has(name) && !finalNames.has(name)) return;
  const why = reservedNames.has(name)
    ? 'it is reserved for what is told about the request'
    : 'it is a final parameter of the action';
  throw new Rejection(
    'WW_ERR_WEB_RESERVED',
    `Request defines parameters that are not allowed (e.g., reserved properties). This is ${JSON.stringify(name)}: ${why}.`,
  );
}

function toHeadersJson(headers: ReadonlyMap<string, string>): string {
  const pieces: string[] = [];
  for (const [name, value] of headers)
    pieces.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{${pieces.join(',')}}`;
}

function pasteMembers(members: ReadonlyMap<string, string>): JsonText {
  const pieces: string[] = [];
  for (const [name, json] of members) pieces.push(`${JSON.stringify(name)}:${json}`);
  const text = `{${pieces.join(',')}}`;
  return text.length <= jsonStringBytesMax ? text : toJsonText(Buffer.from(text));
}
