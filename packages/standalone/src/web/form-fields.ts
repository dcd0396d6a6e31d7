import { Rejection } from '../rejections.js';

/** Where fields come from, for the refusal. */
export type FieldSource = 'query' | 'form';

/** Most fields of a form; a query is too short for so many. */
const fieldsMax = 100_000;

/**
 * Reads `name=value&…`; of a name that is given several times the last value counts.
 *
 * @throws Rejection `WW_ERR_API_QUERY` of a query, `WW_ERR_API_BODY` of a form: escapes that stand for
 *   no text, or more than 100,000 fields
 */
export function readFields(text: string, source: FieldSource): Map<string, string> {
  const fields = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const mark = text.indexOf('&', at);
    const end = mark < 0 ? text.length : mark;
    if (end > at) {
      if (fields.size === fieldsMax)
        throw malformed(source, `it has more than ${String(fieldsMax)} fields`);
      const field = text.slice(at, end);
      const equals = field.indexOf('=');
      const name = equals < 0 ? field : field.slice(0, equals);
      const value = equals < 0 ? '' : field.slice(equals + 1);
      fields.set(decode(name, source), decode(value, source));
    }
    at = end + 1;
  }
  return fields;
}

function decode(text: string, source: FieldSource): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (error) {
    throw malformed(
      source,
      `${JSON.stringify(text.slice(0, 100))} has a bad percent-encoding`,
      error,
    );
  }
}

function malformed(source: FieldSource, reason: string, cause?: unknown): Rejection {
  return new Rejection(
    source === 'query' ? 'WW_ERR_API_QUERY' : 'WW_ERR_API_BODY',
    `The ${source === 'query' ? 'query' : 'request content'} was malformed:\n${reason}.`,
    { cause },
  );
}
