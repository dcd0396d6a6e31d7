import {
  cutMembers,
  jsonStringBytesMax,
  jsonTextToBytes,
  jsonTextToString,
  scanMembers,
  toJsonText,
  type JsonText,
} from '@wasmwhisk/json-text';
import type { EnvironmentEntries } from '@wasmwhisk/protocol';
import type { KeyValue } from '../entities/key-value.js';

/**
 * Lays a payload over parameters, as text: every value arrives as it was written. Parameters marked
 * `init` are left out. A payload that is a list, as an action may hand on in a sequence, has no members
 * to lay over anything, and stays as it is.
 *
 * @param parameters Each key once.
 * @param payload One JSON object or array.
 */
export function mergeArguments(parameters: readonly KeyValue[], payload: JsonText): JsonText {
  if (!parameters.some(isForRun) || isArray(payload)) return payload;
  const names = namesOf(payload);
  const isTaken = toLookup(names, parameters.length);
  let members = '';
  for (const { key, json, init } of parameters)
    if (init !== true && !isTaken(key))
      members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${json}`;
  if (members === '') return payload;
  const text = jsonTextToString(payload);
  const merged = names.length === 0 ? `{${members}}` : `{${members},${text.slice(1)}`;
  return merged.length <= jsonStringBytesMax / 3 ? merged : toJsonText(Buffer.from(merged));
}

/** The parameters marked `init`, as environment: texts as they are, other values as JSON, null as nothing. */
export function toInitEnvironment(parameters: readonly KeyValue[]): EnvironmentEntries {
  const marked = parameters.filter(({ init }) => init === true);
  return marked.map(({ key, json }) => [key, toEnvironmentText(json)]);
}

/** Below so many comparisons a list is as quick as a set. */
const comparisonsMax = 256;

/** Tells whether a name is one of these. Callers choose how many there are, on both sides. */
export function toLookup(names: readonly string[], questions: number): (name: string) => boolean {
  if (names.length * questions <= comparisonsMax) return (name) => names.includes(name);
  const set = new Set(names);
  return (name) => set.has(name);
}

/** The names of an object's members, as often as they are in it; none of an array. */
export function namesOf(payload: JsonText): readonly string[] {
  const members =
    (typeof payload === 'string' ? cutMembers(payload) : undefined) ??
    scanMembers(jsonTextToBytes(payload)) ??
    [];
  return members.map(({ name }) => name);
}

/** The members of an object, each name once with its last value; none of an array. */
export function membersOf(json: string): readonly KeyValue[] {
  const members = new Map<string, KeyValue>();
  const cut = cutMembers(json);
  if (cut !== undefined) {
    for (const { name, source } of cut) members.set(name, { key: name, json: source });
    return [...members.values()];
  }
  const bytes = Buffer.from(json);
  for (const { name, start, end } of scanMembers(bytes) ?? [])
    members.set(name, { key: name, json: bytes.toString('utf8', start, end) });
  return [...members.values()];
}

export function isArray(json: JsonText): boolean {
  return (typeof json === 'string' ? json.charCodeAt(0) : json[0]) === 0x5b;
}

function isForRun({ init }: KeyValue): boolean {
  return init !== true;
}

function toEnvironmentText(json: string): string {
  if (json === 'null') return '';
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}
