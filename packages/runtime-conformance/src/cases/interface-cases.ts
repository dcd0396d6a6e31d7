import { readFile } from 'node:fs/promises';
import { readArtifact } from '@wasmwhisk/artifact';
import { describe, expect } from 'vitest';
import { eachForm, type CaseContext } from '../case-context.js';

/** Every guest interface that the runtime declares: input, result, error, arguments, fresh instances. */
export function interfaceCases(context: CaseContext): void {
  describe('guest interfaces', () => {
    eachForm(context, 'is assessed as supported', 'echo', async (file, _form, harness) => {
      const { description } = readArtifact(Uint8Array.from(await readFile(file)));
      expect(harness.runtime.assess(description)).toEqual({ type: 'supported' });
    });

    eachForm(context, 'answers what the guest returns', 'echo', async (file, _form, harness) => {
      const container = await harness.container(file);
      for (const input of ['{}', '[]', '{"param1":2,"param2":[1,{"x":null}]}', '[1,"two"]'])
        expect(await harness.run(container, { input })).toEqual({ type: 'ok', json: input });
    });

    eachForm(
      context,
      'gives an error of the guest as a value',
      'error',
      async (file, form, harness) => {
        const container = await harness.container(file);
        const reason = '{"reason":"out of snow"}';
        expect(await harness.run(container)).toEqual(
          form.tagsErrors
            ? { type: 'application-error', json: reason }
            : { type: 'ok', json: `{"error":${reason}}` },
        );
      },
    );

    eachForm(context, 'keeps text beyond ASCII', 'unicode', async (file, _form, harness) => {
      const seen = await harness.observe(await harness.container(file));
      expect(seen.result).toEqual({ type: 'ok', json: '{"winter":"❄ ☃ ❄"}' });
      expect(seen.stdout).toBe('grüße 😀\n');
    });

    eachForm(
      context,
      'gives the arguments that its form has',
      'arguments',
      async (file, form, harness) => {
        const container = await harness.container(file);
        const input = '{"greeting":"grüße"}';
        const { stderr } = await harness.observe(container, { input });
        const args = stderr.split('\n').slice(0, -1);
        if (form.feature === 'command') {
          expect(args).toHaveLength(2);
          expect(args[1]).toBe(input);
          const large = `{"s":"${'x'.repeat(200_000)}"}`;
          const beyond = await harness.observe(container, { input: large });
          expect(beyond.stderr.split('\n').slice(0, -1)).toEqual(args.slice(0, 1));
        } else if (form.feature === 'buffer') {
          expect([1, 2]).toContain(args.length);
          expect(args.at(-1)).toBe(String(Buffer.byteLength(input)));
        }
      },
    );

    eachForm(context, 'gives every run a fresh instance', 'count', async (file, _form, harness) => {
      const container = await harness.container(file);
      const fresh = { type: 'ok', json: '{"value":1}' };
      for (let run = 0; run < 5; run += 1) expect(await harness.run(container)).toEqual(fresh);
      const overlapping = Array.from({ length: 8 }, () => harness.run(container));
      for (const result of await Promise.all(overlapping)) expect(result).toEqual(fresh);
    });

    eachForm(
      context,
      'gives random bytes of any length, or refuses more than 4 MiB of a component',
      'random-large',
      async (file, form, harness) => {
        const container = await harness.container(file);
        const get = (mebibytes: number): ReturnType<typeof harness.observe> =>
          harness.observe(container, { input: `{"bytes":${String(mebibytes * 1024 * 1024)}}` });
        expect((await get(4)).result?.json).toBe('{"value":0}');
        const large = await get(40);
        if (form.format === 'module') expect(large.result?.json).toBe('{"value":0}');
        else {
          expect(large.error?.code).toBe('WW_ERR_GUEST_TRAP');
          expect(large.error?.message).toContain('requested len 41943040 exceeds limit 4194304');
        }
      },
    );

    eachForm(context, 'gives random numbers', 'random', async (file, _form, harness) => {
      const container = await harness.container(file);
      const first = await harness.run(container);
      expect(first.json).toMatch(/^\{"value":\d+\}$/);
      expect((await harness.run(container)).json).not.toEqual(first.json);
    });

    eachForm(context, 'tells the time', 'clock', async (file, _form, harness) => {
      const before = BigInt(Date.now() - 1) * 1_000_000n;
      const { json } = await harness.run(await harness.container(file));
      const told = BigInt(/\d+/.exec(String(json))?.[0] ?? 0);
      expect(told).toBeGreaterThanOrEqual(before);
      expect(told).toBeLessThanOrEqual(BigInt(Date.now() + 1) * 1_000_000n);
    });
  });
}
