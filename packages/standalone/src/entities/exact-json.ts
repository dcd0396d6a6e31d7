import { JsonSyntaxError, scanJson } from '@wasmwhisk/json-text';
import { Rejection } from '../rejections.js';
import { readJson } from './read-json.js';

/** Deepest nesting of a body. Enough for any parameter, and little enough for `JSON.parse` and `JSON.stringify` to recurse. */
export const exactJsonDepthMax = 1000;

/**
 * Most values of a body, members' names not counted. A mebibyte of parameters and one of annotations,
 * as dense as JSON can be, stay below it; without it a body of 50 MiB would stop everything else for seconds.
 */
export const exactJsonValuesMax: number = 1024 * 1024;

/** Most values of a body with a number that must be kept as text, or a name with escapes: each takes a call then, some ten times as long. */
export const exactJsonTextsMax: number = 256 * 1024;

/** What Node 24 has and the types of ES2024 do not know. */
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

const exactJson = JSON as unknown as ExactJson;

/**
 * Parses a body so that nothing is lost: a number that JavaScript would write differently (beyond 2^53,
 * `1.0`, `-0`, `1e400`) becomes a value of `JSON.rawJSON`, which `JSON.stringify` gives back as it was.
 * Other numbers are numbers. Of a name that is given twice the last value counts; `__proto__` is a name
 * like any other, so read members with `Object.hasOwn`.
 *
 * @throws Rejection `WW_ERR_API_BODY` of everything that is not one JSON value in UTF-8, or is nested
 *   deeper than `exactJsonDepthMax`, or has more values than `exactJsonValuesMax` or `exactJsonTextsMax`
 */
export function parseExactJson(bytes: Uint8Array): unknown {
  try {
    scanJson(bytes);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw malformed(error.message, error);
    throw error;
  }
  const { isExact, hasEscapedName } = survey(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  if (hasEscapedName) return readJson(text, toExactNumber);
  // A reviver makes parsing several times slower, and most bodies need none.
  if (isExact) return JSON.parse(text) as unknown;
  return exactJson.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? toExactNumber(source) : value,
  );
}

function toExactNumber(source: string): unknown {
  const value = Number(source);
  return String(value) === source ? value : exactJson.rawJSON(source);
}

/** What decides how a text is parsed. */
interface Survey {
  /** `JSON.parse` alone keeps every number as it was written. */
  readonly isExact: boolean;
  /** A member's name is written with a backslash: see `readJson`. */
  readonly hasEscapedName: boolean;
}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Walks over valid JSON, and counts.
 *
 * @throws Rejection `WW_ERR_API_BODY`
 */
function survey(bytes: Uint8Array): Survey {
  let depth = 0;
  // Never less than there are: each value is the first, or the first of a container, or behind a comma.
  let values = 1;
  let isExact = true;
  let hasEscapedName = false;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = behindString(bytes, at);
      if (!hasEscapedName && isName(bytes, end)) hasEscapedName = hasEscape(bytes, at, end);
      at = end;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      values += 1;
      if (depth > exactJsonDepthMax)
        throw malformed(`it is nested deeper than ${String(exactJsonDepthMax)} levels`);
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else if (byte === 0x2c) values += 1;
    else if (byte === 0x2d || isDigit(byte)) {
      const end = behindNumber(bytes, at);
      if (isExact && !isKept(bytes, at, end)) isExact = false;
      at = end;
      continue;
    }
    // At once: what follows may be most of 50 MiB.
    const isPlain = isExact && !hasEscapedName;
    const valuesMax = isPlain ? exactJsonValuesMax : exactJsonTextsMax;
    if (values > valuesMax)
      throw malformed(
        `it has more than ${String(valuesMax)} values${isPlain ? '' : ', with numbers that JavaScript would change or names with escapes'}`,
      );
    at += 1;
  }
  return { isExact, hasEscapedName };
}

/** Whether a colon follows the string that ends here. */
function isName(bytes: Uint8Array, end: number): boolean {
  let at = end;
  for (;;) {
    const byte = bytes[at];
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at += 1;
    else return byte === 0x3a;
  }
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes.subarray(start, end).includes(backslash);
}

/** Strings may be as long as the code of an action, so the quote is looked for natively where nothing is escaped. */
function behindString(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(quote, from + 1);
  if (bytes[end - 1] !== backslash) return end + 1;
  let at = from + 1;
  for (;;) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    at += byte === backslash ? 2 : 1;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function behindNumber(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  for (;;) {
    const byte = bytes[at];
    // Digits, and the letters and signs that only numbers have here.
    if (
      !isDigit(byte) &&
      byte !== 0x2e &&
      byte !== 0x65 &&
      byte !== 0x45 &&
      byte !== 0x2b &&
      byte !== 0x2d
    )
      return at;
    at += 1;
  }
}

/** Whether JavaScript would write a number as it was written. */
function isKept(bytes: Uint8Array, start: number, end: number): boolean {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString(
    'latin1',
  );
  return String(Number(source)) === source;
}

function malformed(reason: string, cause?: Error): Rejection {
  return new Rejection(
    'WW_ERR_API_BODY',
    `The request content was malformed:\n${reason}.`,
    cause === undefined ? undefined : { cause },
  );
}
