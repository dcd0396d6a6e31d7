import { Rejection } from '../rejections.js';
import { quote, shorten } from '../shown-text.js';
import type { Page } from '../storage/stores.js';

/** Items of a list whose caller says nothing, as in OpenWhisk. */
const listLimitDefault = 30;

const yes = new Set(['true', 'yes', 'on', '1']);
const no = new Set(['false', 'no', 'off', '0']);

/** A page of a list, or only how many items it would have. */
export interface ListRequest extends Page {
  readonly count: boolean;
}

/** Bounds of a number in a query, inclusive. */
export interface IntegerBounds {
  readonly min: number;
  readonly max: number;
}

/**
 * The text of a query parameter; `undefined` when it is not there.
 *
 * @param query as Fastify parsed it
 * @throws Rejection `WW_ERR_API_QUERY` when it is there more than once
 */
export function readText(query: unknown, name: string): string | undefined {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, name)) return undefined;
  const value: unknown = Reflect.get(query, name);
  if (typeof value === 'string') return value;
  throw malformed(name, 'It is given more than once.');
}

/** @throws Rejection `WW_ERR_API_QUERY` of anything but true, yes, on, 1, false, no, off, 0 in any case */
export function readBoolean(query: unknown, name: string, byDefault: boolean): boolean {
  const text = readText(query, name);
  if (text === undefined) return byDefault;
  const lower = text.toLowerCase();
  if (yes.has(lower)) return true;
  if (no.has(lower)) return false;
  throw malformed(name, `${quote(text)} is neither true nor false.`);
}

/** @throws Rejection `WW_ERR_API_QUERY` of no integer, or one out of its bounds */
export function readInteger<Default extends number | undefined>(
  query: unknown,
  name: string,
  { min, max }: IntegerBounds,
  byDefault: Default,
): number | Default {
  const text = readText(query, name);
  if (text === undefined) return byDefault;
  const value = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value === 0 ? 0 : value;
  throw malformed(name, `${quote(text)} is no integer between ${String(min)} and ${String(max)}.`);
}

/**
 * `limit` (default 30; 0 asks for the most), `skip` (0) and `count` (false) of a list.
 *
 * @param listLimitMax most items of a list: `config.api.listLimitMax`
 * @param collection what is listed, for the refusal
 * @throws Rejection `WW_ERR_API_QUERY`
 */
export function readPage(query: unknown, listLimitMax: number, collection: string): ListRequest {
  const byDefault = Math.min(listLimitDefault, listLimitMax);
  const limit = readListInteger(query, 'limit', listLimitMax, byDefault, collection);
  return {
    limit: limit === 0 ? listLimitMax : limit,
    skip: readListInteger(query, 'skip', Number.MAX_SAFE_INTEGER, 0, collection),
    count: readBoolean(query, 'count', false),
  };
}

function readListInteger(
  query: unknown,
  name: 'limit' | 'skip',
  max: number,
  byDefault: number,
  collection: string,
): number {
  const text = readText(query, name);
  if (text === undefined) return byDefault;
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text))
    throw malformed(name, `The value '${shorten(text)}' is not an integer for ${collection}.`);
  if (value >= 0 && value <= max) return value === 0 ? 0 : value;
  const range =
    name === 'limit' ? `in the range of 0 to ${String(max)}` : 'greater than or equal to 0';
  throw malformed(name, `The value '${shorten(text)}' is not ${range} for ${collection}.`);
}

function malformed(name: string, reason: string): Rejection {
  return new Rejection(
    'WW_ERR_API_QUERY',
    `The query parameter '${name}' was malformed:\n${reason}`,
  );
}
