import { Rejection } from '../rejections.js';
import { mergeKeyValues, type KeyValue } from './key-value.js';
import { isJsonObject, memberOf } from './json-members.js';

/**
 * Reads a list of parameters or annotations as bodies carry it: `[{"key": "a", "value": 1}, …]`, with
 * `"init": true` at parameters that go to `/init`. Other members are ignored; of a key that is given
 * twice the last value counts.
 *
 * @param value Of `parseExactJson`. Absent (`undefined` or `null`): no entries.
 * @param bytesMax Most bytes of all keys and values together, the values as compact JSON.
 * @throws Rejection `WW_ERR_API_BODY` of anything of another form; `WW_ERR_API_TOO_LARGE`
 */
export function parseKeyValues(
  value: unknown,
  field: 'parameters' | 'annotations',
  bytesMax: number,
): readonly KeyValue[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value))
    throw new Rejection('WW_ERR_API_BODY', `"${field}" must be a list of keys and values.`);
  const entries = mergeKeyValues(
    value.map((entry: unknown, index) => parseEntry(entry, `${field}[${String(index)}]`, field)),
  );
  assertBytes(entries, field, bytesMax);
  return entries;
}

/**
 * Checks how large parameters or annotations are, after they were merged with others.
 *
 * @throws Rejection `WW_ERR_API_TOO_LARGE`
 */
export function assertBytes(
  entries: readonly KeyValue[],
  field: 'parameters' | 'annotations',
  bytesMax: number,
): void {
  let bytes = 0;
  for (const { key, json } of entries) bytes += Buffer.byteLength(key) + Buffer.byteLength(json);
  if (bytes > bytesMax)
    throw new Rejection(
      'WW_ERR_API_TOO_LARGE',
      `${field} larger than allowed: ${String(bytes)} > ${String(bytesMax)} bytes. Keys and values count together.`,
    );
}

/** The list as documents carry it: one JSON array. */
export function toKeyValuesText(entries: readonly KeyValue[]): string {
  return `[${entries.map(toEntryText).join(',')}]`;
}

function parseEntry(entry: unknown, where: string, field: 'parameters' | 'annotations'): KeyValue {
  if (!isJsonObject(entry))
    throw new Rejection('WW_ERR_API_BODY', `"${where}" must be an object with "key" and "value".`);
  const key = memberOf(entry, 'key');
  if (typeof key !== 'string')
    throw new Rejection('WW_ERR_API_BODY', `"${where}.key" must be a string.`);
  // An explicit null is a value here, not an absence.
  if (!Object.hasOwn(entry, 'value'))
    throw new Rejection(
      'WW_ERR_API_BODY',
      `"${where}.value" is missing (key ${JSON.stringify(key)}).`,
    );
  const json = JSON.stringify(entry['value']);
  if (field === 'annotations') return { key, json };
  const init = memberOf(entry, 'init');
  if (init !== undefined && typeof init !== 'boolean')
    throw new Rejection('WW_ERR_API_BODY', `"${where}.init" must be true or false.`);
  return init === true ? { key, json, init } : { key, json };
}

function toEntryText({ key, json, init }: KeyValue): string {
  const text = `{"key":${JSON.stringify(key)},"value":${json}`;
  return init === true ? `${text},"init":true}` : `${text}}`;
}
