import { describe, expect, it } from 'vitest';
import type { TrapCode } from '@wasmwhisk/runtime';
import { eachForm, inOneForm, type CaseContext } from '../case-context.js';
import { fixtureFile } from '../guest-forms.js';

/** V8 has one message for both, so a runtime may name either. */
const eitherCall: readonly TrapCode[] = ['indirect-call-to-null', 'bad-signature'];

/** A float out of range is an overflow to the specification; V8 has one message for it and for no number. */
const eitherConversion: readonly TrapCode[] = ['bad-conversion-to-integer', 'integer-overflow'];

/** What the guest `trap` does, by number. */
const traps: readonly (readonly [what: string, codes: readonly TrapCode[]])[] = [
  ['unreachable', ['unreachable-code-reached']],
  ['memory out of bounds', ['memory-out-of-bounds']],
  ['table out of bounds', ['table-out-of-bounds']],
  ['an indirect call to null', eitherCall],
  ['an indirect call of another signature', eitherCall],
  ['integer overflow', ['integer-overflow']],
  ['division by zero', ['integer-division-by-zero']],
  ['a float that is no integer', eitherConversion],
];

const stackOverflow = '{"trap":8}';

/** Every kind of trap, with its code, and a container that serves on. */
export function trapCases(context: CaseContext): void {
  describe('traps', () => {
    for (const [number, [what, codes]] of traps.entries())
      eachForm(context, `names ${what}`, 'trap', async (file, _form, harness) => {
        const seen = await harness.observe(await harness.container(file), {
          input: `{"trap":${String(number)}}`,
        });
        expect(seen.error?.code).toBe('WW_ERR_GUEST_TRAP');
        expect(codes).toContain(seen.error?.details.trap);
      });

    if (context.declares('stack-limit'))
      eachForm(
        context,
        'names a stack overflow, again and again',
        'trap',
        async (file, _form, harness) => {
          const container = await harness.container(file);
          for (let run = 0; run < 3; run += 1) {
            const { error } = await harness.observe(container, { input: stackOverflow });
            expect(error?.code).toBe('WW_ERR_GUEST_TRAP');
            expect(error?.details.trap).toBe('stack-overflow');
          }
        },
      );

    eachForm(
      context,
      'names a trap in the start function',
      'start-trap',
      async (file, _form, harness) => {
        const { error } = await harness.observe(await harness.container(file));
        expect(error?.code).toBe('WW_ERR_GUEST_TRAP');
        expect(error?.details.trap).toBe('unreachable-code-reached');
      },
    );

    inOneForm(context, 'harms no later run', 'trap', async (file, form, harness) => {
      const trapping = await harness.container(file);
      const echo = await harness.container(file.replace('-trap.', '-echo.'));
      for (let trap = 0; trap < traps.length; trap += 1) {
        await harness.observe(trapping, { input: `{"trap":${String(trap)}}` });
        expect((await harness.run(echo, { input: `{"${form.name}":1}` })).type).toBe('ok');
      }
    });

    if (context.declares('numeric'))
      it('numeric: names a trap', async () => {
        const harness = context.harness();
        const container = await harness.container(fixtureFile('numeric.wasm'), { entry: 'divide' });
        const { error } = await harness.observe(container, { input: '{"args":[1,0]}' });
        expect(error?.code).toBe('WW_ERR_GUEST_TRAP');
        expect(error?.details.trap).toBe('integer-division-by-zero');
      });
  });
}
