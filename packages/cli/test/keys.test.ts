import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/exit-codes.js';
import { errorOf, scratchFolder, wasmwhisk } from './launcher.js';

const line = /^ed25519:[A-Za-z0-9+/]{43}=\n$/;

describe('wasmwhisk keys create', () => {
  it('writes a key that only its owner may read, and prints the public line', async () => {
    const cwd = scratchFolder();
    const ended = await wasmwhisk(['keys', 'create', '--out', 'k.pem'], { cwd });
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(line);
    expect(ended.stderr).toMatch(/^k\.pem: private key, .*policy\.precompiledKeys\.\n$/);
    const file = path.join(cwd, 'k.pem');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(createPrivateKey(readFileSync(file)).asymmetricKeyType).toBe('ed25519');
    const shown = await wasmwhisk(['keys', 'show', 'k.pem'], { cwd });
    expect(shown).toMatchObject({ code: 0, stdout: ended.stdout, stderr: '' });
    const json = await wasmwhisk(['keys', 'show', 'k.pem', '--json'], { cwd });
    expect(JSON.parse(json.stdout)).toEqual({ file: 'k.pem', publicKey: ended.stdout.trim() });
  });

  it('never overwrites a file, unless it is told to', async () => {
    const cwd = scratchFolder({ 'k.pem': 'precious' });
    const file = path.join(cwd, 'k.pem');
    const refused = await wasmwhisk(['keys', 'create', '--out', 'k.pem', '--json'], { cwd });
    expect(errorOf(refused)).toMatchObject({
      code: 'WW_ERR_CLI_FILE_EXISTS',
      exitCode: exitCodes.cannotCreate.number,
    });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    const forced = await wasmwhisk(['keys', 'create', '--out', 'k.pem', '--force', '--json'], {
      cwd,
    });
    expect(forced.stderr).toBe('');
    const { publicKey } = JSON.parse(forced.stdout) as { publicKey: string };
    // The old file's mode was for something else.
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await wasmwhisk(['keys', 'show', 'k.pem'], { cwd })).stdout).toBe(`${publicKey}\n`);
  });

  it('ends with 73 where nothing can be written', async () => {
    const ended = await wasmwhisk(['keys', 'create', '--out', '/nonexistent/k.pem']);
    expect(ended.code).toBe(exitCodes.cannotCreate.number);
    expect(ended.stderr).toContain('its folder does not exist');
  });
});

describe('wasmwhisk keys show', () => {
  it('takes a public key too', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const cwd = scratchFolder({ 'p.pem': publicKey.export({ format: 'pem', type: 'spki' }) });
    expect((await wasmwhisk(['keys', 'show', 'p.pem'], { cwd })).stdout).toMatch(line);
  });

  it.each([
    ['no key', 'hello', /holds no key in PEM/],
    [
      'a key of another kind',
      generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }),
      /key of type x25519/,
    ],
  ])('refuses a file with %s', async (_what, content, reason) => {
    const folder = scratchFolder();
    const file = path.join(folder, 'k.pem');
    writeFileSync(file, content);
    const ended = await wasmwhisk(['keys', 'show', file]);
    expect(ended.code).toBe(exitCodes.dataInvalid.number);
    expect(ended.stderr).toMatch(reason);
  });

  it('ends with 66 when there is no file', async () => {
    const ended = await wasmwhisk(['keys', 'show', '/nonexistent']);
    expect(ended.code).toBe(exitCodes.inputMissing.number);
  });
});
