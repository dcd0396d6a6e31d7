/** What a figure counts. Times are in milliseconds or microseconds, `MB` is 10^6 bytes. */
export type Unit = 'us' | 'ms' | 'rps' | 'KB' | 'MB' | 'times' | '%' | 'count';

/** What section 6 of the design aims at. */
export interface Aim {
  readonly bound: 'at most' | 'at least';
  readonly value: number;
}

/** One measured value. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  readonly aim?: Aim;
}

export function figure(what: string, value: number, unit: Unit, aim?: Aim): Figure {
  return aim === undefined ? { what, value, unit } : { what, value, unit, aim };
}

export function atMost(value: number): Aim {
  return { bound: 'at most', value };
}

export function atLeast(value: number): Aim {
  return { bound: 'at least', value };
}

/** Whether the aim is met; `undefined` where there is none. */
export function isMet({ value, aim }: Figure): boolean | undefined {
  if (aim === undefined) return undefined;
  return aim.bound === 'at most' ? value <= aim.value : value >= aim.value;
}

/** The figures of one section, or why there are none. */
export interface SectionResult {
  readonly name: string;
  readonly title: string;
  readonly notes: readonly string[];
  readonly figures: readonly Figure[];
  readonly failure: string | undefined;
  readonly seconds: number;
}

/** One section as lines of a table: what, measured, aim, met. */
export function toTable({ title, notes, figures, failure, seconds }: SectionResult): string {
  const rows = figures.map((each) => [
    each.what,
    showValue(each.value, each.unit),
    each.aim === undefined ? '' : `${each.aim.bound} ${showValue(each.aim.value, each.unit)}`,
    showMet(isMet(each)),
  ]);
  const widths = [52, 14, 20].map((least, column) =>
    Math.max(least, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [
    `${title} (${seconds.toFixed(1)} s)`,
    ...notes.map((note) => `  ${note}`),
    ...lines.map((line) => `  ${line}`),
    ...(failure === undefined ? [] : [`  FAILED: ${failure}`]),
    '',
  ].join('\n');
}

function showMet(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'met' : 'MISSED';
}

function showValue(value: number, unit: Unit): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const rounded = Number(value.toFixed(unit === 'count' ? 0 : digits));
  const shown = rounded.toLocaleString('en-US', { maximumFractionDigits: 2 });
  return unit === 'count' ? shown : `${shown} ${unit}`;
}
