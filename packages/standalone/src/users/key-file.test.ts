import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readKeyFile, readOrCreateKeyFile } from './key-file.js';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-key-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

test('a key file is made once, of 32 random bytes, for its owner alone', () => {
  const folder = createFolder();
  const path = join(folder, 'key');
  const secret = readOrCreateKeyFile(path);
  expect(secret).toHaveLength(32);
  expect(readOrCreateKeyFile(path)).toEqual(secret);
  expect(readKeyFile(path)).toEqual(secret);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readOrCreateKeyFile(join(folder, 'other'))).not.toEqual(secret);
  // Nothing else is left behind.
  expect(readdirSync(folder).sort()).toEqual(['key', 'other']);
});

test.each([0o604, 0o640, 0o660, 0o602])('one that others may use is refused: mode %o', (mode) => {
  const path = join(createFolder(), 'key');
  readOrCreateKeyFile(path);
  chmodSync(path, mode);
  expect(() => readOrCreateKeyFile(path)).toThrow(
    expect.objectContaining({
      code: 'WW_ERR_STORAGE_KEY',
      message: expect.stringContaining('chmod 600'),
    }),
  );
});

test('one that is missing is refused where it must be there', () => {
  const path = join(createFolder(), 'key');
  expect(() => readKeyFile(path)).toThrow(
    expect.objectContaining({ code: 'WW_ERR_STORAGE_KEY', message: expect.stringContaining(path) }),
  );
});
