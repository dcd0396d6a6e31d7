import { describe, expect, it } from 'vitest';
import type { CaseContext } from '../case-context.js';
import { fixtureFile } from '../guest-forms.js';

const calls: readonly (readonly [entry: string, args: string, result: string])[] = [
  ['add', '[2,2]', '{"result":4}'],
  ['add', '[2147483647,1]', '{"result":-2147483648}'],
  ['same_i64', '[9223372036854775807]', '{"result":9223372036854775807}'],
  ['same_i64', '[-9007199254740993]', '{"result":-9007199254740993}'],
  ['half', '[5]', '{"result":2.5}'],
  ['half_f32', '[1]', '{"result":0.5}'],
  ['nothing', '[1]', '{}'],
];

/** The numeric interface. */
export function numericCases(context: CaseContext): void {
  if (!context.declares('numeric')) return;
  const file = fixtureFile('numeric.wasm');
  describe('numeric exports', () => {
    for (const [entry, args, json] of calls)
      it(`answers ${entry}(${args.slice(1, -1)})`, async () => {
        const harness = context.harness();
        const container = await harness.container(file, { entry });
        expect(await harness.run(container, { input: `{"args":${args}}` })).toEqual({
          type: 'ok',
          json,
        });
      });

    it('calls _initialize once before the export, in a fresh instance', async () => {
      const harness = context.harness();
      const ready = await harness.container(file, { entry: 'ready' });
      const count = await harness.container(file, { entry: 'count' });
      for (let run = 0; run < 3; run += 1) {
        expect((await harness.run(ready, { input: '{"args":[]}' })).json).toBe('{"result":1}');
        expect((await harness.run(count, { input: '{"args":[]}' })).json).toBe('{"result":1}');
      }
    });

    for (const [what, input] of [
      ['too few arguments', '{"args":[1]}'],
      ['no arguments', '{}'],
      ['text', '{"args":["1",2]}'],
      ['a fraction for an integer', '{"args":[1.5,2]}'],
      ['an integer that is too large', '{"args":[4294967296,2]}'],
    ] as const)
      it(`refuses ${what}`, async () => {
        const harness = context.harness();
        const container = await harness.container(file, { entry: 'add' });
        const { error } = await harness.observe(container, { input });
        expect(error?.code).toBe('WW_ERR_GUEST_INPUT');
      });

    for (const [what, entry] of [
      ['an export that is not there', 'subtract'],
      ['an export that takes more than numbers', 'takes_reference'],
    ] as const)
      it(`refuses ${what} at initialize`, async () => {
        await expect(context.harness().container(file, { entry })).rejects.toMatchObject({
          code: 'WW_ERR_GUEST_EXPORT_MISSING',
        });
      });
  });
}
