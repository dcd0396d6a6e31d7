import { describe, expect, it } from 'vitest';
import { eachForm, inOneForm, type CaseContext } from '../case-context.js';
import { fixtureFile } from '../guest-forms.js';

/** What the guest `bad-answer` returns, by number. */
const badAnswers = [
  'a word',
  'a JSON string',
  'a number',
  'JSON cut short',
  'JSON that is no UTF-8',
  'two JSON objects',
  'null',
] as const;

/** Results that are none. */
export function resultCases(context: CaseContext): void {
  describe('results', () => {
    for (const [number, what] of badAnswers.entries())
      eachForm(context, `refuses ${what}`, 'bad-answer', async (file, _form, harness) => {
        const container = await harness.container(file);
        const seen = await harness.observe(container, { input: `{"answer":${String(number)}}` });
        expect(seen.error?.code).toBe('WW_ERR_RESULT_INVALID');
      });

    eachForm(
      context,
      'shows the developer what was refused',
      'bad-answer',
      async (file, _form, harness) => {
        const seen = await harness.observe(await harness.container(file), {
          input: '{"answer":0}',
        });
        expect(seen.stderr).toContain('hello');
      },
    );

    eachForm(context, 'refuses a result beyond the limit', 'echo', async (file, _form, harness) => {
      const container = await harness.container(file, { limits: { resultBytes: 1000 } });
      const small = await harness.observe(container, { input: `{"s":"${'x'.repeat(900)}"}` });
      expect(small.result?.type).toBe('ok');
      const large = await harness.observe(container, { input: `{"s":"${'x'.repeat(1100)}"}` });
      expect(large.error?.code).toBe('WW_ERR_RESULT_TOO_LARGE');
    });

    if (context.forms.some(({ name, format }) => name === 'command' && format === 'module'))
      it('command: takes silence for an empty result', async () => {
        const harness = context.harness();
        const container = await harness.container(fixtureFile('command-silent.wasm'));
        expect(await harness.run(container)).toEqual({ type: 'ok', json: '{}' });
      });

    if (context.declares('buffer') && context.forms.some(({ format }) => format === 'module')) {
      it('buffer: treats a range outside of memory as a trap', async () => {
        const harness = context.harness();
        const container = await harness.container(fixtureFile('buffer-wild-pointer.wasm'));
        const { error } = await harness.observe(container);
        expect(error?.code).toBe('WW_ERR_GUEST_TRAP');
        expect(error?.details.trap).toBe('memory-out-of-bounds');
      });

      it('buffer: needs the guest to export its memory', async () => {
        const harness = context.harness();
        await expect(harness.container(fixtureFile('buffer-no-memory.wasm'))).rejects.toMatchObject(
          { code: 'WW_ERR_GUEST_EXPORT_MISSING' },
        );
      });
    }

    inOneForm(
      context,
      'serves on after a refused result',
      'bad-answer',
      async (file, _form, harness) => {
        const container = await harness.container(file);
        for (let run = 0; run < 3; run += 1) {
          const { error } = await harness.observe(container, { input: '{"answer":1}' });
          expect(error?.code).toBe('WW_ERR_RESULT_INVALID');
        }
      },
    );
  });
}
