import { describe, expect } from 'vitest';
import { eachForm, inOneForm, type CaseContext } from '../case-context.js';

/** The environment of a run is what the caller said and nothing else; exit codes are kept. */
export function environmentCases(context: CaseContext): void {
  if (context.declares('environment'))
    describe('environment', () => {
      environmentOnly(context);
    });
  if (context.declares('exit-codes'))
    describe('exit codes', () => {
      exitCodeCases(context);
    });
}

function environmentOnly(context: CaseContext): void {
  eachForm(context, 'is exact', 'environment', async (file, _form, harness) => {
    const container = await harness.container(file);
    const environment = [
      ['__OW_ACTION_NAME', '/guest/echo'],
      ['EMPTY', ''],
      ['GRÜSSE', 'mit = und ❄'],
      ['__proto__', 'a name like any other'],
    ] as const;
    const seen = await harness.observe(container, { environment });
    expect(lines(seen.stderr)).toEqual(
      environment.map(([name, value]) => `${name}=${value}`).sort(),
    );
    expect((await harness.observe(container)).stderr).toBe('');
  });

  eachForm(
    context,
    'takes the later of two entries of one name',
    'environment',
    async (file, _form, harness) => {
      const environment = [
        ['A', 'first'],
        ['B', 'only'],
        ['A', 'second'],
      ] as const;
      const seen = await harness.observe(await harness.container(file), { environment });
      expect(lines(seen.stderr)).toEqual(['A=second', 'B=only']);
    },
  );

  const guest = context.declares('waiting') ? 'environment-waiting' : 'environment';
  inOneForm(context, 'is exact when runs overlap', guest, async (file, _form, harness) => {
    const container = await harness.container(file);
    const runs = Array.from({ length: 24 }, async (_, index) => {
      const seen = await harness.observe(container, {
        input: `{"milliseconds":${String(20 + (index % 5) * 10)}}`,
        environment: [
          ['RUN', String(index)],
          [`ONLY_${String(index)}`, 'x'],
        ],
      });
      expect(lines(seen.stderr)).toEqual([`ONLY_${String(index)}=x`, `RUN=${String(index)}`]);
    });
    await Promise.all(runs);
  });
}

function exitCodeCases(context: CaseContext): void {
  eachForm(context, 'zero is a normal end', 'exit', async (file, _form, harness) => {
    expect(await harness.run(await harness.container(file), { input: '{"code":0}' })).toEqual({
      type: 'ok',
      json: '{"value":0}',
    });
  });

  eachForm(
    context,
    'others are errors that carry the code',
    'exit',
    async (file, form, harness) => {
      const container = await harness.container(file);
      // Preview 2 has 8 bits for a code, preview 1 has 32, without a sign.
      const large = form.format === 'module' ? [256, 257, 0x8000_0000, 0xffff_ffff] : [];
      for (const code of [1, 3, 126, 255, ...large]) {
        const { error } = await harness.observe(container, { input: `{"code":${String(code)}}` });
        expect(error?.code).toBe('WW_ERR_GUEST_EXIT');
        expect(error?.details.exitCode).toBe(code);
        expect(error?.message).toBe(
          `The guest exited with code ${String(code)}; only 0 is a normal end.`,
        );
      }
      expect((await harness.run(container, { input: '{"code":0}' })).type).toBe('ok');
    },
  );
}

function lines(text: string): readonly string[] {
  return text.split('\n').slice(0, -1).sort();
}
