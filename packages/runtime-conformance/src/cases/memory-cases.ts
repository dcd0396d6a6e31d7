import { describe, expect } from 'vitest';
import { eachForm, inOneForm, type CaseContext } from '../case-context.js';

const pageBytes = 64 * 1024;
const memoryBytes = 16 * 1024 * 1024;

/** Memory and table limits. */
export function limitCases(context: CaseContext): void {
  if (context.declares('memory-limit'))
    describe('memory limit', () => {
      memoryCases(context);
    });
  if (context.declares('table-limit'))
    describe('table limit', () => {
      tableCases(context);
    });
}

function memoryCases(context: CaseContext): void {
  eachForm(context, 'stops a guest that grows', 'grow-memory', async (file, _form, harness) => {
    const container = await harness.container(file, { limits: { memoryBytes } });
    // Again, for a runtime that keeps memories.
    for (let run = 0; run < 3; run += 1) {
      const seen = await harness.observe(container);
      const grown = pagesOf(seen.result?.json) * pageBytes;
      expect(grown).toBeGreaterThan(memoryBytes / 2);
      expect(grown).toBeLessThanOrEqual(memoryBytes);
      if (seen.peakMemoryBytes !== undefined) {
        expect(seen.peakMemoryBytes).toBeGreaterThanOrEqual(grown);
        expect(seen.peakMemoryBytes).toBeLessThanOrEqual(memoryBytes);
      }
    }
  });

  eachForm(
    context,
    'counts all memories together',
    'grow-memories',
    async (file, _form, harness) => {
      const container = await harness.container(file, { limits: { memoryBytes } });
      const grown = pagesOf((await harness.run(container)).json) * pageBytes;
      expect(grown).toBeGreaterThan(0);
      expect(grown).toBeLessThanOrEqual(memoryBytes);
    },
  );

  eachForm(
    context,
    'refuses a declared minimum above it',
    'big-minimum',
    async (file, _form, harness) => {
      await expect(harness.container(file, { limits: { memoryBytes } })).rejects.toMatchObject({
        code: 'WW_ERR_RUN_MEMORY_LIMIT',
      });
    },
  );

  inOneForm(
    context,
    'may differ between containers of one artifact',
    'grow-memory',
    async (file, _form, harness) => {
      for (const limit of [memoryBytes, 2 * memoryBytes, memoryBytes]) {
        const container = await harness.container(file, { limits: { memoryBytes: limit } });
        const grown = pagesOf((await harness.run(container)).json) * pageBytes;
        expect(grown).toBeGreaterThan(limit / 2);
        expect(grown).toBeLessThanOrEqual(limit);
      }
    },
  );
}

function tableCases(context: CaseContext): void {
  eachForm(context, 'stops a table that grows', 'grow-table', async (file, _form, harness) => {
    const container = await harness.container(file, { limits: { tableElements: 20_000 } });
    const size = pagesOf((await harness.run(container)).json);
    expect(size).toBeGreaterThan(1);
    expect(size).toBeLessThanOrEqual(20_000);
  });
}

/** The number that a growing guest answers. */
export function pagesOf(json: unknown): number {
  return Number(/^\{"value":(\d+)\}$/.exec(String(json))?.[1]);
}
