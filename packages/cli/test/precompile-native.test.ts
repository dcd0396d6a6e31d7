import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runtimeModules } from '@wasmwhisk/executor';
import { RuntimeSource } from '@wasmwhisk/runner';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import {
  addAction,
  addComponent,
  guest,
  scratchFolder,
  wasmwhisk,
  type Ended,
} from './launcher.js';

/** Why native code cannot be made here; `undefined` when it can. */
async function whyUnavailable(): Promise<string | undefined> {
  await using runtimes = new AsyncDisposableStack();
  const source = new RuntimeSource(runtimeModules);
  runtimes.defer(() => source.close());
  try {
    await source.get('wasmtime');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const unavailable = await whyUnavailable();

describe('wasmwhisk precompile, to native code', () => {
  if (unavailable !== undefined) {
    it.skip(`cannot be tried: ${unavailable}`);
    return;
  }

  interface Key {
    readonly cwd: string;
    readonly trust: readonly string[];
  }

  async function createKey(): Promise<Key> {
    const cwd = scratchFolder();
    const { stdout } = await wasmwhisk(['keys', 'create', '--out', 'k.pem'], { cwd });
    return { cwd, trust: ['--set', `policy.precompiledKeys=${stdout.trim()}`] };
  }

  const precompile = (cwd: string, file: string, output: string, ...more: string[]) =>
    wasmwhisk(['precompile', file, '-o', output, '--key', 'k.pem', ...more], { cwd });

  const add = ['-p', 'param1', '2', '-p', 'param2', '40'];

  it.each([
    ['a module', addAction],
    ['a component', addComponent],
  ])('makes code of %s that runs as the original does', async (_what, original) => {
    const { cwd, trust } = await createKey();
    const made = await precompile(cwd, original, 'out.cwasm', '--json');
    expect(made.stderr).toBe('');
    const report = JSON.parse(made.stdout) as Record<string, unknown>;
    expect(report).toMatchObject({ file: 'out.cwasm', runtime: 'wasmtime' });
    expect(report['engine']).toMatch(/^wasmtime \d+\.\d+\.\d+$/);
    expect(report['bytes']).toBe(readFileSync(path.join(cwd, 'out.cwasm')).length);
    const plain = await wasmwhisk(['invoke', original, ...add], { cwd });
    const native = await wasmwhisk(['invoke', 'out.cwasm', ...add, ...trust], { cwd });
    expect(native.code).toBe(0);
    expect(native.stdout).toBe(plain.stdout);
  });

  it('keeps the other files of an archive, and its descriptor', async () => {
    const { cwd, trust } = await createKey();
    const folder = path.join(cwd, 'action');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'reader.wasm'), readFileSync(guest('readfile')));
    writeFileSync(path.join(folder, 'other.wasm'), readFileSync(addAction));
    writeFileSync(path.join(folder, 'test.txt'), 'content of the file');
    writeFileSync(path.join(folder, 'wasmwhisk.json'), '{"module":"reader.wasm"}');
    await wasmwhisk(['pack', 'action', '-o', 'plain.zip'], { cwd });
    const made = await precompile(cwd, 'plain.zip', 'native.zip');
    expect(made.stderr).toMatch(/^native\.zip: .* for wasmtime .*, signed by ed25519:\S+\n$/);
    const { code, stdout } = await wasmwhisk(['invoke', 'native.zip', ...trust], { cwd });
    expect(stdout).toBe('{"content":"content of the file"}\n');
    expect(code).toBe(0);
    const inspected = await wasmwhisk(['inspect', 'native.zip', '--json', ...trust], { cwd });
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      entryFile: 'reader.wasm',
      descriptor: { module: 'reader.wasm' },
      files: { count: 2 },
      precompiled: { trusted: true, runtime: 'wasmtime' },
      init: { type: 'taken' },
    });
  });

  it('is refused where its key is not trusted, where it was changed, and under other settings', async () => {
    const { cwd, trust } = await createKey();
    await precompile(cwd, addAction, 'add.cwasm');
    const refusal = async (file: string, ...more: readonly string[]): Promise<string> => {
      const ended: Ended = await wasmwhisk(['inspect', file, '--json', ...more], { cwd });
      expect(ended.code).toBe(exitCodes.dataInvalid.number);
      return (JSON.parse(ended.stdout) as { init: { code: string } }).init.code;
    };
    expect(await refusal('add.cwasm')).toBe('WW_ERR_ARTIFACT_UNTRUSTED');
    const changed = readFileSync(path.join(cwd, 'add.cwasm'));
    const middle = changed.length >> 1;
    changed.writeUInt8(changed.readUInt8(middle) ^ 1, middle);
    writeFileSync(path.join(cwd, 'changed.cwasm'), changed);
    expect(await refusal('changed.cwasm', ...trust)).toBe('WW_ERR_ARTIFACT_UNTRUSTED');
    expect(await refusal('add.cwasm', ...trust, '--set', 'limits.fuel=1000000000')).toBe(
      'WW_ERR_ARTIFACT_FOREIGN',
    );
    expect(await refusal('add.cwasm', ...trust, '--runtime', 'v8')).toBe('WW_ERR_ARTIFACT_FOREIGN');
  });

  it('writes to stdout, and nothing else there', async () => {
    const { cwd } = await createKey();
    const { stdout, code } = await precompile(cwd, addAction, '-');
    expect(code).toBe(0);
    expect(stdout).toContain('WWC\r\n');
  });
});
