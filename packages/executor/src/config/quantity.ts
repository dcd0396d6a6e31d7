/** What a number counts, read from the end of its name: `memoryBytes`, `timeoutMsMax`, `memoryMiBMin`. */
export type QuantityUnit = 'bytes' | 'milliseconds' | 'mebibytes';

const byteUnits: Readonly<Record<string, number>> = {
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

const timeUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** The unit that a setting's name ends with; `undefined` for plain counts. */
export function unitOfName(name: string): QuantityUnit | undefined {
  if (/Bytes(Min|Max)?$/.test(name)) return 'bytes';
  if (/Ms(Min|Max)?$/.test(name)) return 'milliseconds';
  return /MiB(Min|Max)?$/.test(name) ? 'mebibytes' : undefined;
}

/** How values of a unit may be written beside plain numbers; a clause for messages. */
export const quantityForms: Readonly<Record<QuantityUnit, string>> = {
  bytes: 'a whole number of bytes, or text such as 64KiB, 256MiB, 1GiB',
  milliseconds: 'a whole number of milliseconds, or text such as 250ms, 30s, 5m, 1h',
  mebibytes: 'a whole number of MiB, or text such as 256MiB, 1GiB',
};

/**
 * Reads text with a unit, such as `64MiB` or `1.5s`.
 *
 * @returns The number in `unit`; `undefined` when the text is no such quantity or no whole number of it.
 */
export function parseQuantity(text: string, unit: QuantityUnit): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?) ?([a-z]{1,3})$/i.exec(text.trim());
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const name = match[2].toLowerCase();
  const units = unit === 'milliseconds' ? timeUnits : byteUnits;
  const factor = Object.hasOwn(units, name) ? units[name] : undefined;
  if (factor === undefined) return undefined;
  const amount = (Number(match[1]) * factor) / (unit === 'mebibytes' ? 1024 ** 2 : 1);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

/** A quantity for people: `256 MiB`, `30 s`; plain numbers where no larger unit fits exactly. */
export function formatQuantity(value: number, unit: QuantityUnit | undefined): string {
  const plain = new Intl.NumberFormat('en-US').format(value);
  if (unit === undefined || value === 0) return plain;
  if (unit === 'milliseconds') {
    for (const [name, factor] of [
      ['h', 3_600_000],
      ['min', 60_000],
      ['s', 1000],
    ] as const)
      if (value % factor === 0) return `${String(value / factor)} ${name}`;
    return `${plain} ms`;
  }
  const bytes = unit === 'mebibytes' ? value * 1024 ** 2 : value;
  for (const [name, factor] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const)
    if (bytes % factor === 0) return `${String(bytes / factor)} ${name}`;
  return `${plain} bytes`;
}
