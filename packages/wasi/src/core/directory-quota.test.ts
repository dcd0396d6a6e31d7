import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DirectoryQuota, entryBytes } from './directory-quota.js';
import { toErrno } from './errno.js';
import { HostDescriptors } from './host-descriptors.js';
import type { OpenDirectory, OpenOptions } from './open-directory.js';
import { OpenFile } from './open-file.js';
import { openPreopens } from './preopens.js';

const creating: OpenOptions = {
  follow: true,
  read: true,
  write: true,
  append: false,
  create: true,
  exclusive: false,
  truncate: false,
  directory: false,
};

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-wasi-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

function openRoot(hostPath: string, bytesMax: number): OpenDirectory {
  const descriptors = new HostDescriptors();
  onTestFinished(() => {
    descriptors.close();
  });
  const grant = { hostPath, guestPath: '.', access: 'read-write', bytesMax } as const;
  const [opened] = openPreopens([grant], descriptors);
  if (opened === undefined) throw new Error('nothing was opened');
  return opened.directory;
}

function fileAt(root: OpenDirectory, name: string, append = false): OpenFile {
  const file = root.openAt(name, { ...creating, append });
  if (!(file instanceof OpenFile)) throw new Error('no file');
  return file;
}

function errnoOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return toErrno(error);
  }
  return undefined;
}

describe('A directory with a quota', () => {
  it('takes so many bytes and no more, however they are written', () => {
    const root = openRoot(makeFolder(), 2 * entryBytes + 1000);
    const file = fileAt(root, 'a');
    const log = fileAt(root, 'log', true);
    expect(file.write(new Uint8Array(600), 0n)).toBe(600);
    // Written over: it does not grow.
    expect(file.write(new Uint8Array(600), 0n)).toBe(600);
    expect(errnoOf(() => file.write(new Uint8Array(600), 600n))).toBe('EDQUOT');
    expect(errnoOf(() => file.write(new Uint8Array(1), 2n ** 40n))).toBe('EDQUOT');
    expect(
      errnoOf(() => {
        file.setSize(2n ** 40n);
      }),
    ).toBe('EDQUOT');
    expect(log.write(new Uint8Array(400), 0n)).toBe(400);
    expect(errnoOf(() => log.write(new Uint8Array(1), 0n))).toBe('EDQUOT');
    // What shrinks makes room.
    file.setSize(0n);
    expect(log.write(new Uint8Array(600), 0n)).toBe(600);
  });

  it('takes so many entries of any kind and no more', () => {
    const root = openRoot(makeFolder(), 4 * entryBytes);
    root.createDirectoryAt('d');
    root.createLinkAt('d', 'link');
    fileAt(root, 'd/file').close();
    fileAt(root, 'd/file').close();
    root.linkAt('d/file', root, 'second name');
    const one: readonly (() => void)[] = [
      () => {
        root.createDirectoryAt('e');
      },
      () => {
        root.createLinkAt('d', 'other');
      },
      () => {
        root.linkAt('d/file', root, 'third name');
      },
      () => {
        fileAt(root, 'd/other');
      },
    ];
    expect(one.map(errnoOf)).toEqual(['EDQUOT', 'EDQUOT', 'EDQUOT', 'EDQUOT']);
    root.unlinkFileAt('link');
    root.createDirectoryAt('e');
  });

  it('counts what earlier runs have left', () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'left'), new Uint8Array(1000));
    const root = openRoot(folder, 2 * entryBytes + 1000);
    expect(errnoOf(() => fileAt(root, 'new').write(new Uint8Array(1), 0n))).toBe('EDQUOT');
  });

  it('counts a file without a name until it is closed', () => {
    const root = openRoot(makeFolder(), 3 * entryBytes);
    const file = fileAt(root, 'a');
    root.unlinkFileAt('a');
    file.write(new Uint8Array(entryBytes), 0n);
    const second = fileAt(root, 'b');
    expect(errnoOf(() => second.write(new Uint8Array(1), 0n))).toBe('EDQUOT');
    file.close();
    expect(second.write(new Uint8Array(entryBytes), 0n)).toBe(entryBytes);
  });

  it('is full when it is too deep to be measured', () => {
    const folder = makeFolder();
    const name = 'd'.repeat(200);
    for (let depth = 0; depth < 25; depth += 1) {
      const next = join(folder, 'next');
      mkdirSync(next);
      if (depth > 0) renameSync(join(folder, name), join(next, name));
      renameSync(next, join(folder, name));
    }
    const quota = new DirectoryQuota(folder, 2 ** 40);
    expect(
      errnoOf(() => {
        quota.grow(1);
      }),
    ).toBe('EDQUOT');
    // Within reach again, so that it can be removed.
    for (let depth = 0; depth < 10; depth += 1) {
      renameSync(join(folder, name), join(folder, 'outer'));
      renameSync(join(folder, 'outer', name), join(folder, name));
      rmSync(join(folder, 'outer'), { recursive: true });
    }
  });
});
