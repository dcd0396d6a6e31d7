import { Rejection } from '../rejections.js';
import { quote } from '../shown-text.js';
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
 * @throws Rejection `WW_ERR_API_QUERY`
 */
export function readPage(query: unknown, listLimitMax: number): ListRequest {
  const byDefault = Math.min(listLimitDefault, listLimitMax);
  const limit = readInteger(query, 'limit', { min: 0, max: listLimitMax }, byDefault);
  return {
    limit: limit === 0 ? listLimitMax : limit,
    skip: readInteger(query, 'skip', { min: 0, max: Number.MAX_SAFE_INTEGER }, 0),
    count: readBoolean(query, 'count', false),
  };
}

function malformed(name: string, reason: string): Rejection {
  return new Rejection(
    'WW_ERR_API_QUERY',
    `The query parameter '${name}' was malformed:\n${reason}`,
  );
}
