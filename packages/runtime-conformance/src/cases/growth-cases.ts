import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect } from 'vitest';
import { eachForm, type CaseContext } from '../case-context.js';

const mebibyte = 1024 * 1024;

/** 1,000 runs leave nothing behind. */
export function growthCases(context: CaseContext): void {
  describe('growth', () => {
    eachForm(
      context,
      'uses no more memory after 1,000 runs',
      'echo',
      async (file, _form, harness) => {
        const container = await harness.container(file);
        const trapping = await harness.container(file.replace('-echo.', '-log-then-trap.'));
        const input = `{"s":"${'x'.repeat(10_000)}"}`;
        const runs = async (count: number): Promise<void> => {
          for (let run = 0; run < count; run += 1) {
            expect((await harness.run(container, { input })).json).toBe(input);
            // What fails must be freed as well.
            if (run % 10 === 0) await harness.observe(trapping);
          }
        };
        await runs(300);
        const before = memoryInUse();
        await runs(1000);
        const after = memoryInUse();
        // 1,000 leaked memories of two pages would be 125 MiB, 1,000 leaked inputs 10 MiB.
        expect(after.javaScript - before.javaScript).toBeLessThan(4 * mebibyte);
        expect(after.resident - before.resident).toBeLessThan(48 * mebibyte);
      },
    );
  });
}

const collectGarbage = exposeGarbageCollector();

/** Bytes after a full collection. Resident memory counts all threads, the others this one. */
function memoryInUse(): { readonly javaScript: number; readonly resident: number } {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { javaScript: heapUsed + external, resident: rss };
}

function exposeGarbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
