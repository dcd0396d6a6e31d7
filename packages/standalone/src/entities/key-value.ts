/** A parameter or annotation. The value stays JSON as it was written, so that no number is rounded. */
export interface KeyValue {
  readonly key: string;
  /** One JSON value as text. */
  readonly json: string;
  /** Of a parameter: it goes to `/init` as environment, not to `/run`. */
  readonly init?: true;
}

/** The value of a key, parsed; of several the last one counts. `undefined` when there is none. */
export function valueOf(entries: readonly KeyValue[], key: string): unknown {
  const entry = entries.findLast((candidate) => candidate.key === key);
  return entry === undefined ? undefined : (JSON.parse(entry.json) as unknown);
}

/**
 * Whether a value counts as true as OpenWhisk reads `provide-api-key` and `conductor`: everything but
 * `false`, `null`, 0 and empty texts. Callers decide what absence means.
 */
export function isTruthy(value: unknown): boolean {
  return Boolean(value);
}

/** One list of several, each key once; later lists win, and within a list later entries do. */
export function mergeKeyValues(...lists: readonly (readonly KeyValue[])[]): readonly KeyValue[] {
  const filled = lists.filter((list) => list.length > 0);
  const [first] = filled;
  if (first === undefined) return [];
  const merged = new Map<string, KeyValue>();
  for (const list of filled) for (const entry of list) merged.set(entry.key, entry);
  return [...merged.values()];
}
