import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ArchiveFile } from './archive.js';
import { unpackFiles } from './unpack.js';

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'wasmwhisk-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function file(name: string, content: string): ArchiveFile {
  const bytes = Buffer.from(content);
  return { path: name, size: bytes.length, read: () => bytes };
}

describe('files', () => {
  it('are laid down read-only below a new folder', () => {
    const base = temporaryFolder();
    const files = [file('a.txt', 'a'), file('sub/deep/❄', 'snow')];
    const first = unpackFiles(files, base);
    const second = unpackFiles(files, base);
    expect(first).toMatchObject({ count: 2, bytes: 5 });
    expect(second.folder).not.toBe(first.folder);
    const folder = first.folder ?? '';
    expect(path.dirname(folder)).toBe(base);
    expect(readFileSync(path.join(folder, 'sub/deep/❄'), 'utf8')).toBe('snow');
    expect(statSync(path.join(folder, 'a.txt')).mode & 0o222).toBe(0);
  });

  it('need no folder when there are none', () => {
    const base = temporaryFolder();
    expect(unpackFiles([], base)).toEqual({ folder: undefined, count: 0, bytes: 0 });
    expect(readdirSync(base)).toEqual([]);
  });

  it('leave nothing behind when one of them fails', () => {
    const base = temporaryFolder();
    const failing: ArchiveFile = {
      path: 'b',
      size: 1,
      read: () => {
        throw new Error('damaged');
      },
    };
    expect(() => unpackFiles([file('a', 'a'), failing], base)).toThrow('damaged');
    expect(readdirSync(base)).toEqual([]);
  });
});
