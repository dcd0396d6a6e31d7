import type { Counts } from '../counts.ts';

const resultLine = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/gm;

/**
 * Adds up what `cargo test` printed, a line for each crate and its examples in the docs. A failure that no
 * line tells of, such as a crate that does not compile, is one failed.
 */
export function countCargoTests(output: string, exitCode: number): Counts {
  let [passed, failed, skipped] = [0, 0, 0];
  for (const [, good, bad, ignored] of output.matchAll(resultLine)) {
    passed += Number(good);
    failed += Number(bad);
    skipped += Number(ignored);
  }
  return { passed, failed: exitCode !== 0 && failed === 0 ? 1 : failed, skipped };
}
