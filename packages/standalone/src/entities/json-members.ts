import { Rejection } from '../rejections.js';

/** An object of `parseExactJson`. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value of `parseExactJson` is an object: neither a list, nor null, nor a number kept as text. */
export function isJsonObject(value: unknown): value is JsonObject {
  // JSON.rawJSON makes objects without a prototype, and JSON.parse makes none of these.
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.getPrototypeOf(value) !== null
  );
}

/** A member of its own; `null` counts as absent. */
export function memberOf(value: JsonObject, name: string): unknown {
  return Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined;
}

/**
 * Takes a body for an object.
 *
 * @throws Rejection `WW_ERR_API_BODY`
 */
export function assertJsonObject(value: unknown, field = 'The body'): JsonObject {
  if (isJsonObject(value)) return value;
  throw new Rejection('WW_ERR_API_BODY', `${field} must be a JSON object.`);
}

/**
 * A member that is a text.
 *
 * @returns `undefined` when it is absent
 * @throws Rejection `WW_ERR_API_BODY`
 */
export function textMember(value: JsonObject, name: string, field = name): string | undefined {
  const member = memberOf(value, name);
  if (member === undefined || typeof member === 'string') return member;
  throw new Rejection('WW_ERR_API_BODY', `"${field}" must be a string.`);
}

/**
 * A member that is true or false.
 *
 * @returns `undefined` when it is absent
 * @throws Rejection `WW_ERR_API_BODY`
 */
export function booleanMember(value: JsonObject, name: string): boolean | undefined {
  const member = memberOf(value, name);
  if (member === undefined || typeof member === 'boolean') return member;
  throw new Rejection('WW_ERR_API_BODY', `"${name}" must be true or false.`);
}
