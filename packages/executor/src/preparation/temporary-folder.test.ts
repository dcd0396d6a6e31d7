import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TemporaryFolder } from './temporary-folder.js';

function createParent(): string {
  const parent = mkdtempSync(path.join(tmpdir(), 'temporary-folder-test-'));
  onTestFinished(() => {
    rmSync(parent, { recursive: true, force: true });
  });
  return parent;
}

describe('TemporaryFolder', () => {
  it('leaves what has no lock, unless it is empty', async () => {
    const parent = createParent();
    mkdirSync(path.join(parent, 'wasmwhisk.empty'));
    mkdirSync(path.join(parent, 'wasmwhisk.full', 'files'), { recursive: true });
    mkdirSync(path.join(parent, 'wasmwhisk-1-old', 'files'), { recursive: true });
    await new TemporaryFolder(parent).path();
    expect(existsSync(path.join(parent, 'wasmwhisk-1-old', 'files'))).toBe(true);
    expect(existsSync(path.join(parent, 'wasmwhisk.full', 'files'))).toBe(true);
    expect(existsSync(path.join(parent, 'wasmwhisk.empty'))).toBe(false);
  });

  it('gives folders of their own to many that begin at once, and removes them', async () => {
    const parent = createParent();
    const folders = Array.from({ length: 20 }, () => new TemporaryFolder(parent));
    const paths = await Promise.all(folders.map((folder) => folder.path()));
    expect(new Set(paths).size).toBe(20);
    expect(paths.every((made) => existsSync(made))).toBe(true);
    await Promise.all(folders.map((folder) => folder.remove()));
    expect(readdirSync(parent)).toEqual([]);
  });
});
