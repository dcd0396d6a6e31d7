import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  buildPrecompiledFile,
  formatPrecompiledKey,
  publicBytesOf,
  readArtifact,
} from '@wasmwhisk/artifact';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTar, buildZip, emptyModule, markedModule } from '../../test/intake-archives.js';
import { takeCode, type TakenCode } from './intake.js';
import { defaultIntakeLimits } from './limits.js';

const engine = {
  runtime: 'wasmtime',
  engine: 'wasmtime 48.0.8',
  target: 'x86_64-unknown-linux-gnu',
  settings: 'ab12',
};
const key = generateKeyPairSync('ed25519').privateKey;
const signer = formatPrecompiledKey(publicBytesOf(key));
const original = readArtifact(Uint8Array.from(markedModule('original')));
const file = buildPrecompiledFile(
  { engine, code: Buffer.from('native code'), original, createdBy: 'test' },
  key,
);

let filesFolder = '';
beforeAll(() => {
  filesFolder = mkdtempSync(path.join(tmpdir(), 'wasmwhisk-test-'));
});
afterAll(() => {
  rmSync(filesFolder, { recursive: true });
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function take(
  code: string | Uint8Array,
  options: { keys?: readonly string[]; binary?: boolean; main?: string } = {},
): Promise<TakenCode> {
  return takeCode({
    code: Uint8Array.from(Buffer.from(code)),
    binary: options.binary ?? true,
    main: options.main ?? 'main',
    limits: defaultIntakeLimits,
    precompiledKeys: options.keys ?? [signer],
    filesFolder,
  });
}

describe('precompiled code that a trusted key signed is taken', () => {
  it.each([true, false])('bare and in base64, with binary %s', async (binary) => {
    for (const code of [file, base64(file)]) {
      const { artifact, entryFile } = await take(code, { binary });
      expect(artifact).toMatchObject({ description: original.description, precompiled: engine });
      expect(Buffer.from(artifact.bytes).toString()).toBe('native code');
      expect(artifact.bytes.buffer.byteLength).toBe(11);
      expect(entryFile).toBeUndefined();
    }
  });

  it.each(['exec', 'main.wasm', 'main.cwasm', 'index.cwasm', 'sub/any.cwasm', 'first'])(
    'as %s of a zip, with the other files laid down',
    async (name) => {
      const zip = buildZip([
        { name, content: file },
        { name: 'data.txt', content: 'data' },
      ]);
      const taken = await take(base64(zip));
      expect(taken.artifact.precompiled).toEqual(engine);
      expect(taken.entryFile).toBe(name);
      expect(readdirSync(taken.files.folder ?? '')).toEqual(['data.txt']);
    },
  );

  it('as the entry of a gzip tar', async () => {
    const taken = await take(base64(await buildTar([{ name: 'main.cwasm', content: file }])));
    expect(taken.artifact.precompiled).toEqual(engine);
  });

  it('as the file that main or the descriptor names', async () => {
    const zip = buildZip([
      { name: 'wasmwhisk.json', content: '{"module":"b.cwasm","main":"run"}' },
      { name: 'a.wasm', content: emptyModule },
      { name: 'b.cwasm', content: file },
    ]);
    const described = await take(base64(zip));
    expect(described).toMatchObject({ entryFile: 'b.cwasm', entry: 'run' });
    const named = await take(base64(zip), { main: 'b.other' });
    expect(named).toMatchObject({ entryFile: 'b.cwasm', entry: 'other' });
    expect(named.artifact.precompiled).toEqual(engine);
    expect((await take(base64(zip), { main: 'a.run' })).artifact.precompiled).toBeUndefined();
  });
});

describe('precompiled code is refused', () => {
  const changed = Uint8Array.from(file);
  changed[file.length - 70] = (changed[file.length - 70] ?? 0) ^ 1;
  const stranger = generateKeyPairSync('ed25519').privateKey;

  it.each([
    ['no key is trusted', file, [], /"main\.wasm": .*no key that the operator trusts/],
    [
      'another key is trusted',
      file,
      [formatPrecompiledKey(publicBytesOf(stranger))],
      /policy\.precompiledKeys/,
    ],
    ['it was changed', changed, [signer], /changed or damaged/],
  ])('as untrusted when %s', async (_case, content, keys, reason) => {
    const code = base64(buildZip([{ name: 'main.wasm', content }]));
    await expect(take(code, { keys })).rejects.toMatchObject({
      name: 'WasmRuntimeError',
      code: 'WW_ERR_ARTIFACT_UNTRUSTED',
      message: expect.stringMatching(reason) as string,
    });
  });

  it('as damaged when it is cut off', async () => {
    await expect(take(base64(file.subarray(0, 90)))).rejects.toMatchObject({
      name: 'IntakeError',
      fault: 'precompiled-malformed',
      stage: 'content',
    });
  });

  it('as text when it was sent so', async () => {
    const code = Buffer.from(file).toString('utf8');
    await expect(take(code, { binary: false })).rejects.toMatchObject({
      name: 'IntakeError',
      fault: 'text-damaged',
    });
  });

  it('when it is of another engine, whatever the keys', async () => {
    await expect(take(base64(Buffer.from('\x7fELF\x02\x01\x01')))).rejects.toMatchObject({
      fault: 'foreign-precompiled',
    });
  });
});
