import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createPrivateKey } from 'node:crypto';
import { buildPrecompiledFile, readArtifact } from '@wasmwhisk/artifact';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import { addAction, errorOf, guest, scratchFolder, wasmwhisk } from './launcher.js';

interface Signed {
  readonly cwd: string;
  readonly publicKey: string;
}

const original = readArtifact(new Uint8Array(readFileSync(addAction)));
const engine = {
  runtime: 'imaginary',
  engine: 'imaginary 1.0',
  target: 'moon-unknown-none',
  settings: 'ab12',
};

/** A folder with a key, and with code that a runtime made which nobody has. */
async function signedCode(): Promise<Signed> {
  const cwd = scratchFolder();
  const { stdout } = await wasmwhisk(['keys', 'create', '--out', 'k.pem'], { cwd });
  const key = createPrivateKey(readFileSync(path.join(cwd, 'k.pem')));
  writeFileSync(
    path.join(cwd, 'add.cwasm'),
    buildPrecompiledFile(
      { engine, code: Buffer.from('native'), original, createdBy: 'a test' },
      key,
    ),
  );
  return { cwd, publicKey: stdout.trim() };
}

const trust = (publicKey: string): string[] => ['--set', `policy.precompiledKeys=${publicKey}`];

describe('wasmwhisk inspect of precompiled code', () => {
  it('shows what it claims, and that the key is not trusted', async () => {
    const { cwd, publicKey } = await signedCode();
    const ended = await wasmwhisk(['inspect', 'add.cwasm'], { cwd });
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(ended.stdout).toMatch(/^ {2}format +precompiled code, not trusted; .*claims$/m);
    expect(ended.stdout).toMatch(/^ {2}engine +imaginary 1\.0 \(runtime imaginary\)$/m);
    expect(ended.stdout).toMatch(/^ {2}target +moon-unknown-none, settings ab12$/m);
    expect(ended.stdout).toContain(`  key        ${publicKey}\n`);
    expect(ended.stdout).toMatch(/^ {2}\/init +would refuse it: .*policy\.precompiledKeys/m);
    const json = await wasmwhisk(['inspect', 'add.cwasm', '--json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({
      precompiled: {
        ...engine,
        trusted: false,
        signer: publicKey,
        originalDigest: original.digest,
      },
      init: { type: 'refused', code: 'WW_ERR_ARTIFACT_UNTRUSTED' },
    });
  });

  it('shows trusted code, and that its runtime is not here', async () => {
    const { cwd, publicKey } = await signedCode();
    const args = ['inspect', 'add.cwasm', ...trust(publicKey)];
    const ended = await wasmwhisk(args, { cwd });
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(ended.stdout).toMatch(
      /^ {2}format +precompiled code of a core module, 6 bytes, SHA-256/m,
    );
    expect(ended.stdout).toMatch(/^ {2}signature +holds/m);
    expect(ended.stdout).toMatch(/^ {2}interface +buffer$/m);
    expect(ended.stdout).toMatch(/^ {2}runtime +v8: no, it is precompiled for the runtime imagin/m);
    expect(ended.stdout).toMatch(/^ {2}\/init +would refuse it: .*no such runtime here/m);
    const json = await wasmwhisk([...args, '--json'], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject({
      guestInterface: 'buffer',
      precompiled: { ...engine, trusted: true, signer: publicKey, createdBy: 'a test' },
      init: { type: 'refused', code: 'WW_ERR_ARTIFACT_FOREIGN' },
    });
  });

  it('is an error when the file is damaged', async () => {
    const { cwd, publicKey } = await signedCode();
    const input = readFileSync(path.join(cwd, 'add.cwasm')).subarray(0, 100);
    const ended = await wasmwhisk(['inspect', '-', '--json', ...trust(publicKey)], { cwd, input });
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(errorOf(ended)).toMatchObject({ code: 'WW_ERR_CODE_INVALID' });
    expect(errorOf(ended).message).toContain('precompiled code is damaged');
  });
});

describe('precompiled code', () => {
  it('is refused by invoke and run unless the operator trusts the key', async () => {
    const { cwd, publicKey } = await signedCode();
    for (const command of ['invoke', 'run']) {
      const untrusted = await wasmwhisk([command, 'add.cwasm'], { cwd });
      expect(untrusted.code).toBe(exitCodes.dataInvalid.number);
      expect(untrusted.stderr).toContain('no key that the operator trusts');
      const trusted = await wasmwhisk([command, ...trust(publicKey), 'add.cwasm'], { cwd });
      expect(trusted.code).toBe(exitCodes.dataInvalid.number);
      expect(trusted.stderr).toContain('precompiled for the runtime imaginary (imaginary 1.0)');
      const elsewhere = await wasmwhisk(
        [command, ...trust(publicKey), '--runtime', 'v8', 'add.cwasm'],
        { cwd },
      );
      expect(elsewhere.stderr).toContain('the runtime of this action is v8');
    }
  });

  it('wants keys that are keys', async () => {
    const ended = await wasmwhisk(['config', ...trust('ed25519:AAAA')]);
    expect(ended.code).toBe(exitCodes.config.number);
    expect(ended.stderr).toContain('policy.precompiledKeys holds "ed25519:AAAA", which must be');
  });
});

describe('wasmwhisk precompile', () => {
  it('says which runtimes have no code for a file', async () => {
    const { cwd } = await signedCode();
    const args = ['precompile', addAction, '-o', 'out.cwasm', '--key', 'k.pem', '--runtime', 'v8'];
    const ended = await wasmwhisk(args, { cwd });
    expect(ended.code).toBe(exitCodes.usage.number);
    expect(ended.stderr).toBe(
      'wasmwhisk: The runtime v8 has no code that could be written to a file. Use --runtime wasmtime.\n',
    );
    expect(() => readFileSync(path.join(cwd, 'out.cwasm'))).toThrow('ENOENT');
  });

  it('wants a private key, and warns of one that others may read', async () => {
    const { cwd } = await signedCode();
    const args = ['precompile', guest('readfile'), '-o', 'o', '--runtime', 'v8', '--key'];
    const invalid = await wasmwhisk([...args, guest('readfile')], { cwd });
    expect(invalid.code).toBe(exitCodes.dataInvalid.number);
    expect(invalid.stderr).toContain('holds no private key in PEM');
    chmodSync(path.join(cwd, 'k.pem'), 0o644);
    const open = await wasmwhisk([...args, 'k.pem'], { cwd });
    expect(open.stderr).toContain('chmod 600');
  });

  it('compiles no precompiled code', async () => {
    const { cwd, publicKey } = await signedCode();
    const args = ['precompile', 'add.cwasm', '-o', 'o', '--key', 'k.pem', ...trust(publicKey)];
    const ended = await wasmwhisk(args, { cwd });
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(ended.stderr).toContain('is precompiled already');
  });
});
