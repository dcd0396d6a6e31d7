import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { RunEnd } from '@wasmwhisk/runtime';
import { eachForm, inOneForm, type CaseContext } from '../case-context.js';

/** Longest time from the end of a run to its answer; the machine may be busy. */
const promptMs = 3_000;

/** Runs that are ended from outside: by their deadline or by their caller. */
export function endingCases(context: CaseContext): void {
  describe('ending', () => {
    if (context.declares('deadline') && context.computesElsewhere) {
      deadlineCases(context);
      computingCases(context);
    }
    alreadyEndedCases(context);
  });
}

function deadlineCases(context: CaseContext): void {
  eachForm(
    context,
    'ends an endless loop at its deadline',
    'loop',
    async (file, _form, harness) => {
      const container = await harness.container(file);
      // The first run may start a thread; its time is no measure.
      for (let run = 0; run < 2; run += 1) {
        const { error, tookMs } = await harness.observe(container, { timeoutMs: 400 });
        expect(error?.code).toBe('WW_ERR_RUN_TIMEOUT');
        expect(tookMs).toBeGreaterThanOrEqual(390);
        expect(tookMs).toBeLessThan(400 + promptMs);
      }
    },
  );

  eachForm(
    context,
    'ends a start function that loops',
    'start-loop',
    async (file, _form, harness) => {
      const { error } = await harness.observe(await harness.container(file), { timeoutMs: 400 });
      expect(error?.code).toBe('WW_ERR_RUN_TIMEOUT');
    },
  );

  inOneForm(context, 'lets others go on beside a loop', 'loop', async (file, _form, harness) => {
    const looping = await harness.container(file);
    const echo = await harness.container(file.replace('-loop.', '-echo.'));
    const loop = harness.observe(looping, { timeoutMs: 1500, trustUnit: 'looping' });
    const loopEnd = { reached: false };
    const whileLooping = (async () => {
      let answered = 0;
      while (!loopEnd.reached) {
        const { type } = await harness.run(echo, { input: '{"n":1}', trustUnit: 'others' });
        expect(type).toBe('ok');
        answered += 1;
      }
      return answered;
    })();
    expect((await loop).error?.code).toBe('WW_ERR_RUN_TIMEOUT');
    loopEnd.reached = true;
    expect(await whileLooping).toBeGreaterThan(10);
  });
}

function computingCases(context: CaseContext): void {
  eachForm(
    context,
    'ends a guest that computes when its caller goes',
    'loop',
    async (file, _form, harness) => {
      const container = await harness.container(file);
      const abort = new AbortController();
      const run = harness.observe(container, { signal: abort.signal });
      await sleep(200);
      const abortedAt = performance.now();
      abort.abort({ type: 'caller-gone' } satisfies RunEnd);
      expect((await run).error?.code).toBe('WW_ERR_RUN_ABORTED');
      expect(performance.now() - abortedAt).toBeLessThan(promptMs);
    },
  );
}

function alreadyEndedCases(context: CaseContext): void {
  inOneForm(
    context,
    'does not begin what was ended before',
    'echo',
    async (file, _form, harness) => {
      const container = await harness.container(file);
      const reason: RunEnd = { type: 'destroyed' };
      const { error } = await harness.observe(container, { signal: AbortSignal.abort(reason) });
      expect(error?.code).toBe('WW_ERR_RUN_ABORTED');
      const late = await harness.observe(container, { timeoutMs: -1 });
      expect(late.error?.code).toBe('WW_ERR_RUN_TIMEOUT');
    },
  );

  const guest = context.declares('waiting') ? 'sleep' : 'echo';
  inOneForm(
    context,
    'lets a run end whose container is destroyed',
    guest,
    async (file, _form, harness) => {
      const container = await harness.container(file);
      const run = harness.run(container, { input: '{"ms":100}' });
      await harness.destroy(container);
      await harness.destroy(container);
      expect((await run).type).toBe('ok');
    },
  );
}
