import { cutMembers, scanJson, scanMembers, type JsonKind } from '@wasmwhisk/json-text';

/** One JSON value as text, and what it is. */
export interface JsonValue {
  readonly kind: JsonKind;
  /** Without white space around it. */
  readonly source: string;
}

/** What kind of value a JSON text is. @param text One valid JSON value. */
export function toJsonValue(text: string): JsonValue {
  const bytes = Buffer.from(text);
  const { kind, start, end } = scanJson(bytes);
  return { kind, source: bytes.toString('utf8', start, end) };
}

/** The members of a JSON object by name, unparsed; of a name that is given twice the last one counts. */
export function cutObject(text: string): ReadonlyMap<string, JsonValue> {
  const members = cutMembers(text);
  if (members !== undefined)
    return new Map(members.map(({ name, kind, source }) => [name, { kind, source }]));
  const bytes = Buffer.from(text);
  const scanned = scanMembers(bytes);
  if (scanned === undefined) throw new Error('not a JSON object');
  return new Map(
    scanned.map(({ name, kind, start, end }) => [
      name,
      { kind, source: bytes.toString('utf8', start, end) },
    ]),
  );
}

/** The text that a JSON string stands for. */
export function toText({ source }: JsonValue): string {
  return JSON.parse(source) as string;
}
