/* Reads what must be in a reply; what is missing is an error that shows the reply. */

export function annotationsOf(item: unknown): ReadonlyMap<string, unknown> {
  return new Map(
    list(fields(item)['annotations']).map((one) => [text(one, 'key'), fields(one)['value']]),
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return value;
}

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value as readonly unknown[];
}

export function text(value: unknown, name: string): string {
  const found = fields(value)[name];
  if (typeof found !== 'string') throw new Error(`${name} is no text: ${JSON.stringify(value)}`);
  return found;
}
