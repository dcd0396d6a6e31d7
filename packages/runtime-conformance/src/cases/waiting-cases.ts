import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { RunEnd } from '@wasmwhisk/runtime';
import { eachForm, formsOf, inOneForm, type CaseContext } from '../case-context.js';

/** Guests that give their thread back while they wait. */
export function waitingCases(context: CaseContext): void {
  if (!context.declares('waiting')) return;
  describe('waiting', () => {
    eachForm(context, 'sleeps as long as it says', 'sleep', async (file, _form, harness) => {
      const container = await harness.container(file);
      const { result, tookMs } = await harness.observe(container, { input: '{"ms":200}' });
      expect(result).toEqual({ type: 'ok', json: '{"value":200}' });
      expect(tookMs).toBeGreaterThanOrEqual(199);
    });

    eachForm(context, 'lets many guests wait at once', 'sleep', async (file, _form, harness) => {
      const container = await harness.container(file);
      await harness.run(container, { input: '{"ms":1}' });
      const startedAt = performance.now();
      const runs = Array.from({ length: 100 }, () =>
        harness.run(container, { input: '{"ms":500}' }),
      );
      for (const result of await Promise.all(runs)) expect(result.json).toBe('{"value":500}');
      // One after the other would take 50 s.
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    });

    eachForm(
      context,
      'wakes a waiting guest whose caller goes',
      'sleep',
      async (file, _form, harness) => {
        const container = await harness.container(file);
        const abort = new AbortController();
        const reason: RunEnd = { type: 'caller-gone' };
        const others = harness.run(container, { input: '{"ms":600}' });
        const run = harness.observe(container, { input: '{"ms":20000}', signal: abort.signal });
        await sleep(200);
        abort.abort(reason);
        const { error, tookMs } = await run;
        expect(error?.code).toBe('WW_ERR_RUN_ABORTED');
        expect(tookMs).toBeLessThan(5_000);
        expect((await others).json).toBe('{"value":600}');
      },
    );

    eachForm(
      context,
      'ends a waiting guest at its deadline',
      'sleep',
      async (file, _form, harness) => {
        const container = await harness.container(file);
        const { error, tookMs } = await harness.observe(container, {
          input: '{"ms":20000}',
          timeoutMs: 300,
        });
        expect(error?.code).toBe('WW_ERR_RUN_TIMEOUT');
        expect(tookMs).toBeLessThan(5_000);
      },
    );

    eachForm(
      context,
      'keeps instances that wait at once apart',
      'environment-waiting',
      async (file, _form, harness) => {
        const container = await harness.container(file);
        const runs = Array.from({ length: 20 }, async (_, index) => {
          const { stderr } = await harness.observe(container, {
            input: `{"ms":${String(50 + (index % 7) * 10)}}`,
            environment: [['RUN', String(index)]],
          });
          expect(stderr).toBe(`RUN=${String(index)}\n`);
        });
        await Promise.all(runs);
      },
    );

    inOneForm(
      formsOf(context, 'module'),
      'waits in http.get where a host is granted',
      'http-get',
      async (file, _form, harness) => {
        const container = await harness.container(file, {
          http: { type: 'granted', hosts: ['*'] },
        });
        const { result, tookMs } = await harness.observe(container);
        expect(result).toEqual({ type: 'ok', json: '{"value":0}' });
        expect(tookMs).toBeGreaterThanOrEqual(299);
      },
    );
  });
}
