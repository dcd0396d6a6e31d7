import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const soakFile = fileURLToPath(new URL('../../../bench/soak.ts', import.meta.url));

interface SoakReport {
  readonly good: boolean;
  readonly faults: readonly string[];
  readonly runsSent: number;
  readonly runsEnded: number;
  readonly tallies: readonly {
    readonly name: string;
    readonly done: number;
    readonly wrong: number;
  }[];
  readonly bounds: readonly {
    readonly what: string;
    readonly after: number;
    readonly allowed: number;
  }[];
}

/** Gives the report also when the soak failed, which is when it is most worth reading. */
async function soak(...args: readonly string[]): Promise<SoakReport> {
  const stdout = await promisify(execFile)(process.execPath, [soakFile, '--json', ...args]).then(
    (ended) => ended.stdout,
    (error: unknown) => {
      if (error instanceof Error && 'stdout' in error && error.stdout !== '') return error.stdout;
      throw error;
    },
  );
  return JSON.parse(String(stdout)) as SoakReport;
}

describe('wasmwhisk serve under a mixed load', () => {
  it('answers everything rightly, loses nothing, and is at the end as at the start', async () => {
    const report = await soak(
      ...['--activities', '600', '--warm-up', '300', '--lanes', '8', '--settle-ms', '2000'],
    );
    expect(report.faults).toEqual([]);
    expect(report.tallies.filter(({ wrong }) => wrong > 0)).toEqual([]);
    expect(report.bounds.filter(({ after, allowed }) => after > allowed)).toEqual([]);
    expect(report.runsEnded).toBe(report.runsSent);
    expect(report.tallies.reduce((sum, { done }) => sum + done, 0)).toBe(600);
    // Most kinds come up even in so few; the seed is always the same.
    expect(report.tallies.filter(({ done }) => done > 0).length).toBeGreaterThan(15);
    expect(report.good).toBe(true);
  });
});
