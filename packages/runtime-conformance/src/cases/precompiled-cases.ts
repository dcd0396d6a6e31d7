import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readArtifact, type Artifact, type PrecompiledCode } from '@wasmwhisk/artifact';
import { describe, expect, it } from 'vitest';
import { eachForm, inOneForm, type CaseContext } from '../case-context.js';
import { fixtureFile } from '../guest-forms.js';
import type { Harness } from '../harness.js';

const limits = { memoryBytes: 256 * 1024 * 1024, tableElements: 100_000 };

/** Code that the engine gives for a file, and takes again. */
export function precompiledCases(context: CaseContext): void {
  if (!context.declares('precompiled')) return;
  describe('precompiled code', () => {
    eachForm(context, 'runs as the original does', 'echo', async (file, _form, harness) => {
      const input = '{"text":"ä","list":[1,2.5,null]}';
      const code = await serialized(harness, file);
      const [original, again] = await Promise.all([
        harness.container(file),
        harness.start(await harness.runtime.precompile(code, limits)),
      ]);
      const expected = await harness.run(original, { input });
      expect(expected.type).toBe('ok');
      for (let run = 0; run < 2; run += 1)
        expect(await harness.run(again, { input })).toEqual(expected);
    });

    eachForm(context, 'traps with the same name', 'trap', async (file, _form, harness) => {
      const again = await harness.start(
        await harness.runtime.precompile(await serialized(harness, file), limits),
      );
      const original = await harness.container(file);
      const [expected, seen] = await Promise.all(
        [original, again].map((container) => harness.observe(container, { input: '{"trap":0}' })),
      );
      expect(seen?.error?.code).toBe('WW_ERR_GUEST_TRAP');
      expect(seen?.error?.details.trap).toBe(expected?.error?.details.trap);
    });

    if (context.declares('numeric'))
      it('finds the export that the entry names', async () => {
        const harness = context.harness();
        const code = await serialized(harness, fixtureFile('numeric.wasm'));
        const compiled = await harness.runtime.precompile(code, limits);
        const container = await harness.start(compiled, { entry: 'add' });
        expect(await harness.run(container, { input: '{"args":[2,40]}' })).toEqual({
          type: 'ok',
          json: '{"result":42}',
        });
      });

    inOneForm(context, 'is named after what made it', 'echo', async (file, _form, harness) => {
      const { precompiled } = await serialized(harness, file);
      expect(precompiled.runtime).toBe(harness.runtime.name);
      expect(precompiled.engine).toMatch(/^[\x20-\x7e]+ \d+\.\d+\.\d+/);
      expect(precompiled.target).toMatch(/^[a-z0-9_]+(-[a-z0-9_]+){1,3}$/);
      expect(precompiled.settings).toMatch(/^[0-9a-f]+$/);
    });

    const foreign: Readonly<Record<keyof PrecompiledCode, string>> = {
      runtime: 'other',
      engine: 'other 1.2.3',
      target: 'other-unknown-none',
      settings: '00',
    };
    for (const [member, value] of Object.entries(foreign))
      inOneForm(context, `is refused for another ${member}`, 'echo', async (file, _, harness) => {
        const code = await serialized(harness, file);
        await refused(harness, { ...code, precompiled: { ...code.precompiled, [member]: value } });
      });

    const damages: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
      ['a damaged header', (bytes) => Uint8Array.from(bytes).fill(0, 0, 64)],
      ['half of it', (bytes) => bytes.slice(0, bytes.length / 2)],
      ['nothing at all', () => new Uint8Array()],
      ['random bytes', () => Uint8Array.from({ length: 4096 }, (_, index) => (index * 89) & 255)],
    ];
    for (const [what, damage] of damages)
      inOneForm(context, `is refused with ${what}`, 'echo', async (file, _form, harness) => {
        const code = await serialized(harness, file);
        await refused(harness, withBytes(code, Uint8Array.from(damage(code.bytes))));
      });

    inOneForm(context, 'is refused when it is plain Wasm', 'echo', async (file, _form, harness) => {
      const code = await serialized(harness, file);
      await refused(harness, withBytes(code, Uint8Array.from(await readFile(file))));
    });
  });
}

type PrecompiledArtifact = Artifact & { readonly precompiled: PrecompiledCode };

/** The engine's code of a file, as whoever has verified a signature gives it to `precompile`. */
async function serialized(harness: Harness, file: string): Promise<PrecompiledArtifact> {
  const { runtime } = harness;
  if (runtime.serialize === undefined)
    throw new Error('The runtime declares the feature and has no serialize.');
  const { description } = readArtifact(Uint8Array.from(await readFile(file)));
  const { bytes, engine } = await runtime.serialize(await harness.compile(file, limits));
  return withBytes({ description, precompiled: engine }, bytes);
}

function withBytes(
  { description, precompiled }: Pick<PrecompiledArtifact, 'description' | 'precompiled'>,
  bytes: Uint8Array<ArrayBuffer>,
): PrecompiledArtifact {
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { digest, bytes, description, precompiled };
}

async function refused(harness: Harness, code: PrecompiledArtifact): Promise<void> {
  await expect(harness.runtime.precompile(code, limits)).rejects.toMatchObject({
    name: 'WasmRuntimeError',
    code: 'WW_ERR_ARTIFACT_FOREIGN',
  });
}
