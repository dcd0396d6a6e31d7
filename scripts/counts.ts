/** How many checks passed, failed and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** The closing line: `N passed, N failed`, and `, N skipped` where something was. */
export function toCountsLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${String(counts.skipped)} skipped` : '';
  return `${String(counts.passed)} passed, ${String(counts.failed)} failed${skipped}`;
}

const line = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

/** Reads a closing line back; `undefined` for any other text. */
export function parseCountsLine(text: string): Counts | undefined {
  const match = line.exec(text.trim());
  if (match === null) return undefined;
  return { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3] ?? 0) };
}
