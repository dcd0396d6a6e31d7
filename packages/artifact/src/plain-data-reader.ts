/** What is wrong with plain data, and where: `exports/3/name is no text`. */
export class PlainDataError extends Error {
  override readonly name = 'PlainDataError';
}

/** Reads one value of plain data; `place` is its path, for the message. @throws PlainDataError */
export type ReadValue<Value> = (value: unknown, place: string) => Value;

/** Longest list that is read: more than any part of a description may have. */
const itemsMax = 1_000_000;

export function readText(lengthMax: number): ReadValue<string> {
  return (value, place) => {
    if (typeof value !== 'string') throw new PlainDataError(`${place} is no text`);
    if (value.length > lengthMax)
      throw new PlainDataError(`${place} is longer than ${String(lengthMax)} characters`);
    return value;
  };
}

export const readBoolean: ReadValue<boolean> = (value, place) => {
  if (typeof value !== 'boolean') throw new PlainDataError(`${place} is no boolean`);
  return value;
};

/** A number of things: whole, not negative, exact. */
export const readCount: ReadValue<number> = (value, place) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new PlainDataError(`${place} is no count`);
  return value;
};

export function readChoice<const Choice extends string>(
  choices: readonly Choice[],
): ReadValue<Choice> {
  return (value, place) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw new PlainDataError(`${place} is none of ${choices.join(', ')}`);
    return found;
  };
}

export function readMatch(pattern: RegExp, what: string): ReadValue<string> {
  return (value, place) => {
    if (typeof value !== 'string' || !pattern.test(value))
      throw new PlainDataError(`${place} is no ${what}`);
    return value;
  };
}

/** In JSON an absent member is what `undefined` is here. */
export function readOptional<Value>(read: ReadValue<Value>): ReadValue<Value | undefined> {
  return (value, place) => (value === undefined ? undefined : read(value, place));
}

export function readList<Item>(read: ReadValue<Item>): ReadValue<readonly Item[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw new PlainDataError(`${place} is no list`);
    if (value.length > itemsMax) throw new PlainDataError(`${place} is too long`);
    return value.map((item: unknown, index) => read(item, `${place}/${String(index)}`));
  };
}

type Readers<Shape> = { readonly [Key in keyof Shape]-?: ReadValue<Shape[Key]> };

/** An object of exactly these members. The answer has them all, in this order, whatever the order read. */
export function readObject<Shape extends object>(readers: Readers<Shape>): ReadValue<Shape> {
  const entries = Object.entries<ReadValue<unknown>>(readers);
  return (value, place) => {
    if (!isObject(value)) throw new PlainDataError(`${place} is no object`);
    for (const key of Object.keys(value))
      if (!Object.hasOwn(readers, key))
        throw new PlainDataError(
          `${place} has the unknown member ${JSON.stringify(key.slice(0, 80))}`,
        );
    const members = entries.map(([key, read]): [string, unknown] => [
      key,
      read(Object.hasOwn(value, key) ? value[key] : undefined, `${place}/${key}`),
    ]);
    // Every member of the shape was read by its own reader.
    return Object.fromEntries(members) as Shape;
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
