import { describe, expect } from 'vitest';
import { eachForm, type CaseContext } from '../case-context.js';

/** What guests write. */
export function streamCases(context: CaseContext): void {
  describe('streams', () => {
    eachForm(
      context,
      'keeps stdout and stderr apart and in order',
      'logs',
      async (file, _form, harness) => {
        const seen = await harness.observe(await harness.container(file));
        expect(seen.result).toEqual({ type: 'ok', json: '{}' });
        expect(seen.stdout).toBe('out 1\nout 2\n');
        expect(seen.stderr).toBe('err 1\nerr 2\n');
      },
    );

    eachForm(
      context,
      'keeps what a guest wrote before it trapped',
      'log-then-trap',
      async (file, _form, harness) => {
        const seen = await harness.observe(await harness.container(file));
        expect(seen.error?.code).toBe('WW_ERR_GUEST_TRAP');
        expect(seen.stdout).toBe('last words');
      },
    );

    eachForm(
      context,
      'passes a flood that is within the limit',
      'log-flood',
      async (file, _form, harness) => {
        const seen = await harness.observe(await harness.container(file), {
          input: '{"kibibytes":2000}',
          logBytesMax: 8 * 1024 * 1024,
        });
        expect(seen.result).toEqual({ type: 'ok', json: '{"value":2000}' });
        expect(seen.logBytes).toBe(2 * 2000 * 1024);
      },
    );

    // The limit is kept where the guest runs; an inline runner has no border to protect.
    if (context.computesElsewhere) {
      eachForm(context, 'cuts a flood at the limit', 'log-flood', async (file, _form, harness) => {
        const seen = await harness.observe(await harness.container(file), {
          input: '{"kibibytes":8000}',
          logBytesMax: 64 * 1024,
        });
        expect(seen.result).toEqual({ type: 'ok', json: '{"value":8000}' });
        // One byte more tells the receiver that there was more.
        expect(seen.logBytes).toBe(64 * 1024 + 1);
      });

      eachForm(
        context,
        'ends a flood without end at its deadline',
        'log-flood',
        async (file, _form, harness) => {
          const seen = await harness.observe(await harness.container(file), {
            input: '{"kibibytes":1000000000000}',
            logBytesMax: 64 * 1024,
            timeoutMs: 500,
          });
          expect(seen.error?.code).toBe('WW_ERR_RUN_TIMEOUT');
          expect(seen.logBytes).toBeGreaterThan(0);
          expect(seen.logBytes).toBeLessThanOrEqual(64 * 1024 + 1);
        },
      );
    }
  });
}
