import { isUtf8 } from 'node:buffer';

/** The six kinds of JSON values, by their first byte. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** Where a value stands in the bytes that were scanned: `start` inclusive, `end` exclusive, no white space around. */
export interface JsonSpan {
  readonly kind: JsonKind;
  readonly start: number;
  readonly end: number;
}

/** A member of an object: its decoded name and its value's span. */
export interface JsonMember extends JsonSpan {
  readonly name: string;
}

/** Not one JSON value in UTF-8. The message says what and at which byte. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} at byte ${String(offset)}`);
    this.offset = offset;
  }
}

/** Deepest nesting accepted. V8's parser has no bound of its own; ours keeps memory for hostile texts small. */
export const jsonDepthMax = 10_000;

/**
 * Checks that `bytes` are exactly one JSON value (RFC 8259) in valid UTF-8, white space around it allowed.
 *
 * @throws JsonSyntaxError
 */
export function scanJson(bytes: Uint8Array): JsonSpan {
  assertUtf8(bytes);
  const start = skipWhitespace(bytes, 0);
  const end = scanValue(bytes, start);
  assertEnd(bytes, end);
  return { kind: kindAt(bytes, start), start, end };
}

/**
 * Like `scanJson`, for an object: gives the spans of its members in the order written, duplicates
 * included, without parsing any of them.
 *
 * @param membersMax Most members that are taken; more are refused as soon as they are seen. Default: any number.
 * @returns `undefined` when the value is valid JSON but no object.
 * @throws JsonSyntaxError
 */
export function scanMembers(
  bytes: Uint8Array,
  membersMax?: number,
): readonly JsonMember[] | undefined {
  assertUtf8(bytes);
  let at = skipWhitespace(bytes, 0);
  if (bytes[at] !== 0x7b) {
    assertEnd(bytes, scanValue(bytes, at));
    return undefined;
  }
  const members: JsonMember[] = [];
  at = skipWhitespace(bytes, at + 1);
  if (bytes[at] === 0x7d) {
    assertEnd(bytes, at + 1);
    return members;
  }
  for (;;) {
    if (bytes[at] !== 0x22) throw unexpected(bytes, at);
    if (members.length === membersMax)
      throw new JsonSyntaxError(`more than ${String(membersMax)} members`, at);
    const nameEnd = scanString(bytes, at);
    const name = JSON.parse(decodeUtf8(bytes, at, nameEnd)) as string;
    at = skipWhitespace(bytes, nameEnd);
    if (bytes[at] !== 0x3a) throw unexpected(bytes, at);
    const start = skipWhitespace(bytes, at + 1);
    const end = scanValue(bytes, start);
    members.push({ name, kind: kindAt(bytes, start), start, end });
    at = skipWhitespace(bytes, end);
    if (bytes[at] === 0x2c) {
      at = skipWhitespace(bytes, at + 1);
      continue;
    }
    if (bytes[at] !== 0x7d) throw unexpected(bytes, at);
    assertEnd(bytes, at + 1);
    return members;
  }
}

function assertUtf8(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw new JsonSyntaxError('invalid UTF-8', findInvalidUtf8(bytes));
}

/** Where bytes that are no UTF-8 begin: decoded, they are the first U+FFFD that does not stand there itself. */
function findInvalidUtf8(bytes: Uint8Array): number {
  const decoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  let offset = 0;
  let from = 0;
  for (;;) {
    const at = decoded.indexOf('\ufffd', from);
    if (at === -1) return bytes.length;
    offset += Buffer.byteLength(decoded.slice(from, at));
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd)
      return offset;
    offset += 3;
    from = at + 1;
  }
}

function assertEnd(bytes: Uint8Array, at: number): void {
  const end = skipWhitespace(bytes, at);
  if (end < bytes.length) throw unexpected(bytes, end);
}

function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}

function kindAt(bytes: Uint8Array, at: number): JsonKind {
  switch (bytes[at]) {
    case 0x7b:
      return 'object';
    case 0x5b:
      return 'array';
    case 0x22:
      return 'string';
    case 0x74:
    case 0x66:
      return 'boolean';
    case 0x6e:
      return 'null';
    default:
      return 'number';
  }
}

function unexpected(bytes: Uint8Array, at: number): JsonSyntaxError {
  const byte = bytes[at];
  if (byte === undefined) return new JsonSyntaxError('unexpected end of JSON input', at);
  const shown =
    byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte 0x${byte.toString(16)}`;
  return new JsonSyntaxError(`unexpected ${shown} in JSON`, at);
}

function skipWhitespace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
}

/**
 * Walks one value of any kind and returns the offset behind it. Iterative, so that nesting costs
 * a bit and not a stack frame: `stack` holds 1 for each open object and 0 for each open array.
 */
function scanValue(bytes: Uint8Array, from: number): number {
  let at = from;
  const stack: number[] = [];
  for (;;) {
    // One value begins here.
    const byte = bytes[at];
    let open = false;
    if (byte === 0x22) {
      at = scanString(bytes, at);
    } else if (byte === 0x7b) {
      if (stack.length === jsonDepthMax) throw new JsonSyntaxError('JSON nested too deeply', at);
      const next = skipWhitespace(bytes, at + 1);
      if (bytes[next] === 0x7d) {
        at = next + 1;
      } else {
        stack.push(1);
        at = scanName(bytes, next);
        open = true;
      }
    } else if (byte === 0x5b) {
      if (stack.length === jsonDepthMax) throw new JsonSyntaxError('JSON nested too deeply', at);
      const next = skipWhitespace(bytes, at + 1);
      if (bytes[next] === 0x5d) {
        at = next + 1;
      } else {
        stack.push(0);
        at = next;
        open = true;
      }
    } else if (byte === 0x74) {
      at = scanWord(bytes, at, 'true');
    } else if (byte === 0x66) {
      at = scanWord(bytes, at, 'false');
    } else if (byte === 0x6e) {
      at = scanWord(bytes, at, 'null');
    } else {
      at = scanNumber(bytes, at);
    }
    if (open) continue;
    // The value is complete: close what it closes, or go on to its next sibling.
    for (;;) {
      const container = stack[stack.length - 1];
      if (container === undefined) return at;
      at = skipWhitespace(bytes, at);
      if (bytes[at] === 0x2c) {
        at = skipWhitespace(bytes, at + 1);
        if (container === 1) at = scanName(bytes, at);
        break;
      }
      if (bytes[at] !== (container === 1 ? 0x7d : 0x5d)) throw unexpected(bytes, at);
      stack.pop();
      at += 1;
    }
  }
}

/** A member's name and colon; returns where its value begins. */
function scanName(bytes: Uint8Array, from: number): number {
  if (bytes[from] !== 0x22) throw unexpected(bytes, from);
  const at = skipWhitespace(bytes, scanString(bytes, from));
  if (bytes[at] !== 0x3a) throw unexpected(bytes, at);
  return skipWhitespace(bytes, at + 1);
}

function scanString(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined) throw unexpected(bytes, at);
    if (byte === 0x22) return at + 1;
    if (byte < 0x20) throw unexpected(bytes, at);
    at = byte === 0x5c ? scanEscape(bytes, at) : at + 1;
  }
}

function scanEscape(bytes: Uint8Array, from: number): number {
  const byte = bytes[from + 1];
  if (byte === 0x75) {
    for (let at = from + 2; at < from + 6; at += 1)
      if (!isHexDigit(bytes[at])) throw unexpected(bytes, at);
    return from + 6;
  }
  // The simple escapes: " \ / b f n r t.
  if (
    byte === 0x22 ||
    byte === 0x5c ||
    byte === 0x2f ||
    byte === 0x62 ||
    byte === 0x66 ||
    byte === 0x6e ||
    byte === 0x72 ||
    byte === 0x74
  )
    return from + 2;
  throw unexpected(bytes, from + 1);
}

function isHexDigit(byte: number | undefined): boolean {
  return (
    byte !== undefined &&
    ((byte >= 0x30 && byte <= 0x39) ||
      (byte >= 0x61 && byte <= 0x66) ||
      (byte >= 0x41 && byte <= 0x46))
  );
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function scanDigits(bytes: Uint8Array, from: number): number {
  if (!isDigit(bytes[from])) throw unexpected(bytes, from);
  let at = from + 1;
  while (isDigit(bytes[at])) at += 1;
  return at;
}

function scanNumber(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  at = bytes[at] === 0x30 ? at + 1 : scanDigits(bytes, at);
  if (bytes[at] === 0x2e) at = scanDigits(bytes, at + 1);
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    const sign = bytes[at + 1];
    at = scanDigits(bytes, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
  }
  return at;
}

function scanWord(bytes: Uint8Array, from: number, word: 'true' | 'false' | 'null'): number {
  for (let index = 0; index < word.length; index += 1)
    if (bytes[from + index] !== word.charCodeAt(index)) throw unexpected(bytes, from + index);
  return from + word.length;
}
