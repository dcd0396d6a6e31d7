import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeTree } from './remove-tree.js';

describe('removeTree', () => {
  it('does nothing when there is nothing', async () => {
    await expect(removeTree(path.join(tmpdir(), 'there-is-no-such-folder'))).resolves.toBe(
      undefined,
    );
  });

  it('removes what lies deeper than any path reaches, and follows no link', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'remove-tree-test-'));
    writeFileSync(path.join(outside, 'kept'), '');
    const folder = mkdtempSync(path.join(tmpdir(), 'remove-tree-test-'));
    const name = 'd'.repeat(200);
    for (let depth = 0; depth < 60; depth += 1) {
      // From the inside out: what is there already goes below a new folder.
      const next = path.join(folder, 'next');
      mkdirSync(next);
      writeFileSync(path.join(next, 'file'), '');
      symlinkSync(outside, path.join(next, 'link'));
      if (depth > 0) renameSync(path.join(folder, name), path.join(next, name));
      renameSync(next, path.join(folder, name));
    }
    await removeTree(folder);
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(path.join(outside, 'kept'))).toBe(true);
    await removeTree(outside);
  });
});
