import type { JsonKind } from './scan.js';

/** A member of an object: its decoded name, and its value as it was written. */
export interface JsonMemberText {
  readonly name: string;
  readonly kind: JsonKind;
  readonly source: string;
  /** Of a string: what stands between the quotes is the value. */
  readonly isPlain: boolean;
}

/** Nesting that is followed by recursion. What is deeper is left to `scanMembers`. */
const depthMax = 64;

/** More members are left to `scanMembers`. */
const membersMax = 64;

/**
 * `scanMembers` for short texts of the usual form, at a fraction of its cost: a text is cut by
 * slicing, where bytes have to be decoded piece by piece.
 *
 * @param text Decoded from valid UTF-8.
 * @returns `undefined` for everything that is not of the usual form, wrong or right: let `scanMembers`
 *   say what it is.
 */
export function cutMembers(text: string): readonly JsonMemberText[] | undefined {
  let at = skip(text, 0);
  if (text.charCodeAt(at) !== 0x7b) return undefined;
  const members: JsonMemberText[] = [];
  at = skip(text, at + 1);
  if (text.charCodeAt(at) === 0x7d) return skip(text, at + 1) === text.length ? members : undefined;
  for (;;) {
    if (text.charCodeAt(at) !== 0x22 || members.length === membersMax) return undefined;
    const nameEnd = plainString(text, at);
    // Names with escapes exist, but nobody has a use for them.
    if (nameEnd < 0) return undefined;
    const name = text.slice(at + 1, nameEnd - 1);
    at = skip(text, nameEnd);
    if (text.charCodeAt(at) !== 0x3a) return undefined;
    const start = skip(text, at + 1);
    const first = text.charCodeAt(start);
    let end = -1;
    let isPlain = false;
    if (first === 0x22) {
      end = plainString(text, start);
      isPlain = end >= 0;
    }
    if (end < 0) end = value(text, start, depthMax);
    if (end < 0) return undefined;
    members.push({ name, kind: kindOf(first), source: text.slice(start, end), isPlain });
    at = skip(text, end);
    const next = text.charCodeAt(at);
    if (next === 0x2c) at = skip(text, at + 1);
    else if (next === 0x7d) return skip(text, at + 1) === text.length ? members : undefined;
    else return undefined;
  }
}

function kindOf(first: number): JsonKind {
  switch (first) {
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

/*
 * Each of these takes where something begins and returns the offset behind it, or -1 when it is not
 * what it should be.
 */

function skip(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) break;
  }
  return at;
}

/** A string without escapes. */
function plainString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) return at + 1;
    if (unit === 0x5c || unit < 0x20) return -1;
  }
  return -1;
}

const escapedString = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;

function value(text: string, from: number, depth: number): number {
  switch (text.charCodeAt(from)) {
    case 0x22: {
      const end = plainString(text, from);
      return end < 0 ? match(escapedString, text, from) : end;
    }
    case 0x7b:
      return container(text, from, depth, true);
    case 0x5b:
      return container(text, from, depth, false);
    case 0x74:
      return text.startsWith('true', from) ? from + 4 : -1;
    case 0x66:
      return text.startsWith('false', from) ? from + 5 : -1;
    case 0x6e:
      return text.startsWith('null', from) ? from + 4 : -1;
    default:
      return match(number, text, from);
  }
}

function container(text: string, from: number, depth: number, isObject: boolean): number {
  if (depth === 0) return -1;
  const close = isObject ? 0x7d : 0x5d;
  let at = skip(text, from + 1);
  if (text.charCodeAt(at) === close) return at + 1;
  for (;;) {
    if (isObject) {
      if (text.charCodeAt(at) !== 0x22) return -1;
      at = value(text, at, depth - 1);
      if (at < 0) return -1;
      at = skip(text, at);
      if (text.charCodeAt(at) !== 0x3a) return -1;
      at = skip(text, at + 1);
    }
    at = value(text, at, depth - 1);
    if (at < 0) return -1;
    at = skip(text, at);
    const unit = text.charCodeAt(at);
    if (unit === close) return at + 1;
    if (unit !== 0x2c) return -1;
    at = skip(text, at + 1);
  }
}

function match(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
