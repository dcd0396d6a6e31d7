import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect } from 'vitest';
import { eachForm, type CaseContext } from '../case-context.js';

const mebibyte = 1024 * 1024;

interface MemoryInUse {
  /** Bytes of this thread's heap, and of what its objects hold outside of it. */
  readonly javaScript: number;
  /** Bytes of the whole process, all threads. */
  readonly resident: number;
}

/** 1,000 leaked instances would be 125 MiB, 1,000 leaked inputs 10 MiB. */
const grownMax: MemoryInUse = { javaScript: 2 * mebibyte, resident: 8 * mebibyte };

const roundsMax = 6;

function isStill(grown: MemoryInUse): boolean {
  return grown.javaScript < grownMax.javaScript && grown.resident < grownMax.resident;
}

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
        // Heaps of worker threads shrink when they like. What leaks grows with every round of 1,000
        // runs; what does not stands still in one of them.
        let least: MemoryInUse = { javaScript: Infinity, resident: Infinity };
        for (let round = 0; round < roundsMax && !isStill(least); round += 1) {
          const before = memoryInUse();
          await runs(1000);
          const after = memoryInUse();
          least = {
            javaScript: Math.min(least.javaScript, after.javaScript - before.javaScript),
            resident: Math.min(least.resident, after.resident - before.resident),
          };
        }
        expect(least.javaScript).toBeLessThan(grownMax.javaScript);
        expect(least.resident).toBeLessThan(grownMax.resident);
      },
    );
  });
}

const collectGarbage = exposeGarbageCollector();

/** After a full collection in this thread. */
function memoryInUse(): MemoryInUse {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { javaScript: heapUsed + external, resident: rss };
}

function exposeGarbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
