import { addCounts, noCounts, type Counts } from './counts.ts';

/** What we read of the file that vitest's JSON reporter writes. */
export interface VitestReport {
  readonly testResults: readonly VitestFileReport[];
}

interface VitestFileReport {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

/** A test that ran to an end counts by it; everything that did not run (skipped, todo) is skipped. */
function countTest(status: string): Counts {
  if (status === 'passed') return { ...noCounts, passed: 1 };
  if (status === 'failed') return { ...noCounts, failed: 1 };
  return { ...noCounts, skipped: 1 };
}

/** A file that could not be loaded has no tests to its name, but failed all the same: it counts as one. */
function countFile(file: VitestFileReport): Counts {
  const counts = file.assertionResults
    .map((test) => countTest(test.status))
    .reduce(addCounts, noCounts);
  return file.status === 'failed' && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/**
 * Sums a report up.
 *
 * @param exitCode - Of vitest itself: a failure that no test shows (an unhandled rejection, a report that
 *   was never written) counts as one failed, so that counts and exit code always agree.
 */
export function countReport(report: VitestReport | undefined, exitCode: number): Counts {
  const counts = (report?.testResults ?? []).map(countFile).reduce(addCounts, noCounts);
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
