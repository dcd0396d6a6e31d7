import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toErrno } from './errno.js';
import { HostDescriptors } from './host-descriptors.js';
import { type OpenDirectory, type DirectoryAccess, type OpenOptions } from './open-directory.js';
import type { OpenFile } from './open-file.js';
import { linkHopsMax, pathDepthMax } from './path-walk.js';
import { canPreopen, openPreopens } from './preopens.js';

const reading: OpenOptions = {
  follow: true,
  read: true,
  write: false,
  append: false,
  create: false,
  exclusive: false,
  truncate: false,
  directory: false,
};
const creating: OpenOptions = { ...reading, write: true, create: true };

interface Scene {
  /** On the host, what the guest is given. */
  readonly inside: string;
  /** On the host, beside it. */
  readonly outside: string;
  readonly root: OpenDirectory;
  readonly descriptors: HostDescriptors;
}

/** A directory `inside` with a file, a directory and links, and a secret beside it. */
function makeScene(access: DirectoryAccess = 'read-write'): Scene {
  const base = mkdtempSync(join(tmpdir(), 'wasmwhisk-wasi-'));
  const inside = join(base, 'inside');
  const outside = join(base, 'outside');
  mkdirSync(join(inside, 'sub/deep'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(inside, 'file.txt'), 'inside');
  writeFileSync(join(inside, 'sub/file.txt'), 'in sub');
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  const descriptors = new HostDescriptors();
  onTestFinished(() => {
    descriptors.close();
    rmSync(base, { recursive: true });
  });
  return { inside, outside, descriptors, root: openRoot(inside, descriptors, access) };
}

function openRoot(
  hostPath: string,
  descriptors: HostDescriptors,
  access: DirectoryAccess,
): OpenDirectory {
  const [preopen] = openPreopens([{ hostPath, guestPath: '.', access }], descriptors);
  if (preopen === undefined) throw new Error('Nothing was opened.');
  return preopen.directory;
}

function errnoOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return toErrno(error) ?? String(error);
  }
  return undefined;
}

function openFile(root: OpenDirectory, path: string, options: OpenOptions = reading): OpenFile {
  const entry = root.openAt(path, options);
  if (entry.kind !== 'file') throw new Error(`${path} is a directory.`);
  return entry;
}

function readText(root: OpenDirectory, path: string): string {
  const file = openFile(root, path);
  const target = new Uint8Array(1000);
  const text = Buffer.from(target.subarray(0, file.read(target, 0n))).toString();
  file.close();
  return text;
}

describe('OpenDirectory', () => {
  it('runs where directories can be given', () => {
    expect(canPreopen()).toBe(true);
  });

  it('opens what is inside, by every way that stays inside', () => {
    const { root, inside } = makeScene();
    symlinkSync('sub', join(inside, 'to-sub'));
    symlinkSync('../file.txt', join(inside, 'sub/up'));
    symlinkSync('to-sub/up', join(inside, 'chain'));
    const paths = ['file.txt', './sub/../file.txt', 'to-sub/../file.txt', 'sub/up', 'chain'];
    expect(paths.map((path) => readText(root, path))).toEqual(paths.map(() => 'inside'));
    expect(readText(root, 'to-sub/file.txt')).toBe('in sub');
  });

  it.each([
    '..',
    '../outside/secret.txt',
    'sub/../../outside/secret.txt',
    'sub/deep/../../../outside/secret.txt',
    '/etc/passwd',
    '//etc/passwd',
    './/../outside',
    'sub/../..',
  ])('refuses %s', (path) => {
    const { root } = makeScene();
    expect(errnoOf(() => root.openAt(path, reading))).toBe('EPERM');
    expect(errnoOf(() => root.statAt(path, { follow: true }))).toBe('EPERM');
    expect(errnoOf(() => root.openAt(path, creating))).toBe('EPERM');
    expect(
      errnoOf(() => {
        root.createDirectoryAt(path);
      }),
    ).toBe('EPERM');
    expect(
      errnoOf(() => {
        root.unlinkFileAt(path);
      }),
    ).toBe('EPERM');
    expect(
      errnoOf(() => {
        root.renameAt('file.txt', root, path);
      }),
    ).toBe('EPERM');
    expect(
      errnoOf(() => {
        root.linkAt('file.txt', root, path);
      }),
    ).toBe('EPERM');
    expect(
      errnoOf(() => {
        root.createLinkAt('x', path);
      }),
    ).toBe('EPERM');
  });

  it('follows no link that leads out, at the end or on the way', () => {
    const { root, inside, outside } = makeScene();
    symlinkSync(outside, join(inside, 'absolute'));
    symlinkSync('../outside', join(inside, 'relative'));
    symlinkSync('../../outside/secret.txt', join(inside, 'sub/direct'));
    symlinkSync('sub/direct', join(inside, 'chained'));
    for (const path of [
      'absolute',
      'absolute/secret.txt',
      'relative/secret.txt',
      'sub/direct',
      'chained',
    ]) {
      expect([path, errnoOf(() => root.openAt(path, reading))]).toEqual([path, 'EPERM']);
      expect([path, errnoOf(() => root.openAt(path, creating))]).toEqual([path, 'EPERM']);
      expect([path, errnoOf(() => root.statAt(path, { follow: true }))]).toEqual([path, 'EPERM']);
    }
    expect(root.statAt('absolute', { follow: false }).type).toBe('symbolic-link');
    expect(errnoOf(() => root.openAt('absolute', { ...reading, follow: false }))).toBe('ELOOP');
    expect(
      errnoOf(() => {
        root.setTimesAt('chained', { follow: true }, { accessed: 0n, modified: 0n });
      }),
    ).toBe('EPERM');
    expect(statSync(join(outside, 'secret.txt')).mtimeMs).toBeGreaterThan(0);
  });

  it('does not create through a link that leads out', () => {
    const { root, inside, outside } = makeScene();
    symlinkSync('../outside/new.txt', join(inside, 'dangling'));
    expect(errnoOf(() => root.openAt('dangling', creating))).toBe('EPERM');
    expect(readdirSync(outside)).toEqual(['secret.txt']);
  });

  it('creates through a link that stays inside', () => {
    const { root, inside } = makeScene();
    symlinkSync('sub/new.txt', join(inside, 'dangling'));
    openFile(root, 'dangling', creating).write(Buffer.from('made'), 0n);
    expect(readFileSync(join(inside, 'sub/new.txt'), 'utf8')).toBe('made');
  });

  it('stops at links that lead in circles', () => {
    const { root, inside } = makeScene();
    symlinkSync('b', join(inside, 'a'));
    symlinkSync('a', join(inside, 'b'));
    expect(errnoOf(() => root.openAt('a', reading))).toBe('ELOOP');
    expect(errnoOf(() => root.openAt('a/x', reading))).toBe('ELOOP');
    expect(errnoOf(() => root.statAt('a', { follow: true }))).toBe('ELOOP');
  });

  it('follows as many links as its limit, and not one more', () => {
    const { root, inside } = makeScene();
    symlinkSync('file.txt', join(inside, 'link0'));
    for (let index = 1; index <= linkHopsMax; index += 1)
      symlinkSync(`link${String(index - 1)}`, join(inside, `link${String(index)}`));
    expect(readText(root, `link${String(linkHopsMax - 1)}`)).toBe('inside');
    expect(errnoOf(() => root.openAt(`link${String(linkHopsMax)}`, reading))).toBe('ELOOP');
  });

  it('goes back where it came from when a directory was moved out while it was open', () => {
    const { root, inside, outside } = makeScene();
    const sub = root.openAt('sub', { ...reading, directory: true });
    renameSync(join(inside, 'sub'), join(outside, 'sub'));
    if (sub.kind !== 'directory') throw new Error('Not a directory.');
    expect(readText(sub, 'file.txt')).toBe('in sub');
    expect(errnoOf(() => sub.openAt('../secret.txt', reading))).toBe('EPERM');
  });

  it('keeps a directory that was opened from within it as narrow as it is', () => {
    const { root } = makeScene();
    const sub = root.openAt('sub', { ...reading, directory: true });
    if (sub.kind !== 'directory') throw new Error('Not a directory.');
    expect(errnoOf(() => sub.openAt('../file.txt', reading))).toBe('EPERM');
  });

  it('changes nothing where it is read-only', () => {
    const { root, inside } = makeScene('read-only');
    const times = { accessed: 0n, modified: 0n } as const;
    const attempts = [
      () => root.openAt('new.txt', creating),
      () => root.openAt('file.txt', { ...reading, write: true }),
      () => root.openAt('file.txt', { ...reading, truncate: true }),
      () => {
        root.createDirectoryAt('d');
      },
      () => {
        root.removeDirectoryAt('sub/deep');
      },
      () => {
        root.unlinkFileAt('file.txt');
      },
      () => {
        root.createLinkAt('file.txt', 'l');
      },
      () => {
        root.linkAt('file.txt', root, 'l');
      },
      () => {
        root.renameAt('file.txt', root, 'l');
      },
      () => {
        root.setTimesAt('file.txt', { follow: true }, times);
      },
      () => {
        root.setTimes(times);
      },
      () => {
        openFile(root, 'file.txt').setTimes(times);
      },
    ];
    expect(attempts.map(errnoOf)).toEqual(attempts.map(() => 'EPERM'));
    const sub = root.openAt('sub', { ...reading, directory: true });
    if (sub.kind !== 'directory') throw new Error('Not a directory.');
    expect(
      errnoOf(() => {
        sub.unlinkFileAt('file.txt');
      }),
    ).toBe('EPERM');
    expect(
      errnoOf(() => {
        openFile(root, 'file.txt').setSize(0n);
      }),
    ).toBe('EBADF');
    expect(readFileSync(join(inside, 'file.txt'), 'utf8')).toBe('inside');
    expect(readdirSync(inside).sort()).toEqual(['file.txt', 'sub']);
  });

  it('gives no second name in a writable directory to a file of a read-only one', () => {
    const { root, descriptors, outside } = makeScene('read-only');
    const writable = openRoot(outside, descriptors, 'read-write');
    expect(
      errnoOf(() => {
        root.linkAt('file.txt', writable, 'mine');
      }),
    ).toBe('EPERM');
    expect(
      errnoOf(() => {
        root.renameAt('file.txt', writable, 'mine');
      }),
    ).toBe('EPERM');
    expect(
      errnoOf(() => {
        writable.renameAt('secret.txt', root, 'mine');
      }),
    ).toBe('EPERM');
  });

  it('makes links as the guest names them, but none with an absolute target', () => {
    const { root, inside } = makeScene();
    root.createLinkAt('../outside', 'out');
    expect(readlinkSync(join(inside, 'out'))).toBe('../outside');
    expect(root.readLinkAt('out')).toBe('../outside');
    expect(errnoOf(() => root.openAt('out', reading))).toBe('EPERM');
    expect(
      errnoOf(() => {
        root.createLinkAt('/etc', 'etc');
      }),
    ).toBe('EPERM');
  });

  it('takes a slash at the end as the word that it is a directory', () => {
    const { root, inside } = makeScene();
    symlinkSync('sub', join(inside, 'to-sub'));
    expect(root.openAt('sub/', reading).kind).toBe('directory');
    expect(root.statAt('to-sub/', { follow: false }).type).toBe('directory');
    expect(errnoOf(() => root.openAt('file.txt/', reading))).toBe('ENOTDIR');
    const times = { accessed: 0n, modified: 0n } as const;
    expect(
      errnoOf(() => {
        root.setTimesAt('file.txt/', { follow: true }, times);
      }),
    ).toBe('ENOTDIR');
    expect(errnoOf(() => root.readLinkAt('to-sub/'))).toBe('EINVAL');
    expect(
      errnoOf(() => {
        root.removeDirectoryAt('to-sub/');
      }),
    ).toBe('ENOTDIR');
    expect(
      errnoOf(() => {
        root.renameAt('to-sub/', root, 'elsewhere');
      }),
    ).toBe('ENOTDIR');
    expect(errnoOf(() => root.statAt('file.txt/', { follow: true }))).toBe('ENOTDIR');
    expect(
      errnoOf(() => {
        root.unlinkFileAt('file.txt/');
      }),
    ).toBe('ENOTDIR');
    expect(
      errnoOf(() => {
        root.renameAt('file.txt/', root, 'x');
      }),
    ).toBe('ENOTDIR');
    expect(
      errnoOf(() => {
        root.renameAt('file.txt', root, 'x/');
      }),
    ).toBe('ENOTDIR');
    root.createDirectoryAt('made/');
    root.renameAt('made/', root, 'moved/');
    root.removeDirectoryAt('moved/');
    expect(existsSync(join(inside, 'moved'))).toBe(false);
  });

  it('opens itself by "." and lists what it holds', () => {
    const { root } = makeScene();
    const self = root.openAt('.', reading);
    if (self.kind !== 'directory') throw new Error('Not a directory.');
    expect(self.readEntries().toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'file.txt', type: 'regular-file' },
      { name: 'sub', type: 'directory' },
    ]);
    expect(self.stat().inode).toBe(root.stat().inode);
    expect(
      errnoOf(() => {
        root.removeDirectoryAt('sub/..');
      }),
    ).toBe('EINVAL');
  });

  it('does not wait for the other end of a pipe', () => {
    const { root, inside } = makeScene();
    execFileSync('mkfifo', [join(inside, 'pipe')]);
    const pipe = openFile(root, 'pipe');
    expect(pipe.type).toBe('fifo');
    expect(pipe.read(new Uint8Array(1), 0n)).toBe(0);
    pipe.close();
    expect(errnoOf(() => root.openAt('pipe', { ...reading, read: false, write: true }))).toBe(
      'ENXIO',
    );
  });

  it('is exclusive when asked, and truncates', () => {
    const { root, inside } = makeScene();
    const exclusive = { ...creating, exclusive: true };
    expect(errnoOf(() => root.openAt('file.txt', exclusive))).toBe('EEXIST');
    symlinkSync('nowhere', join(inside, 'dangling'));
    expect(errnoOf(() => root.openAt('dangling', { ...exclusive, follow: false }))).toBe('EEXIST');
    openFile(root, 'file.txt', { ...creating, truncate: true });
    expect(statSync(join(inside, 'file.txt')).size).toBe(0);
    expect(errnoOf(() => root.openAt('x', { ...creating, directory: true }))).toBe('EINVAL');
  });

  it('sets times, each alone, on a link itself when not told to follow', () => {
    const { root, inside } = makeScene();
    symlinkSync('file.txt', join(inside, 'link'));
    const before = root.statAt('file.txt', { follow: true });
    root.setTimesAt('link', { follow: false }, { accessed: 1_000_000_000n, modified: 'unchanged' });
    expect(root.statAt('link', { follow: false }).accessedNs).toBe(1_000_000_000n);
    expect(root.statAt('file.txt', { follow: true }).accessedNs).toBe(before.accessedNs);
    root.setTimesAt('link', { follow: true }, { accessed: 'unchanged', modified: 2_000_000_000n });
    const after = root.statAt('file.txt', { follow: true });
    expect(after.modifiedNs).toBe(2_000_000_000n);
    openFile(root, 'file.txt').setTimes({ accessed: 3_000_000_000n, modified: 'now' });
    expect(root.statAt('file.txt', { follow: true }).accessedNs).toBe(3_000_000_000n);
  });

  it('bounds how deep a path goes and how much is open', () => {
    const { root, descriptors, inside } = makeScene();
    const tooDeep = 'd/'.repeat(pathDepthMax + 2);
    mkdirSync(join(inside, tooDeep), { recursive: true });
    expect(errnoOf(() => root.statAt(tooDeep, { follow: true }))).toBe('ENAMETOOLONG');
    expect(
      errnoOf(() => {
        for (;;) root.openAt('file.txt', reading);
      }),
    ).toBe('EMFILE');
    expect(descriptors.size).toBe(256);
  });

  it('leaves no descriptor open, whether a path is found or not', () => {
    const { root, descriptors } = makeScene();
    const openBefore = readdirSync('/proc/self/fd').length;
    root.statAt('sub/deep/../file.txt', { follow: true });
    errnoOf(() => root.statAt('sub/deep/nothing/x', { follow: true }));
    errnoOf(() => root.openAt('sub/deep/../../../x', reading));
    root.openAt('sub/file.txt', reading).close();
    expect(readdirSync('/proc/self/fd').length).toBe(openBefore);
    root.openAt('sub', reading);
    descriptors.close();
    descriptors.close();
    expect(readdirSync('/proc/self/fd').length).toBe(openBefore - 1);
  });
});

describe('OpenFile', () => {
  it('reads and writes at offsets, and appends while told to', () => {
    const { root, inside } = makeScene();
    const file = openFile(root, 'file.txt', { ...reading, write: true });
    file.write(Buffer.from('IN'), 0n);
    file.setAppend(true);
    file.write(Buffer.from('!'), 0n);
    file.setAppend(false);
    file.write(Buffer.from('S'), 2n);
    expect(readFileSync(join(inside, 'file.txt'), 'utf8')).toBe('INSide!');
    file.setSize(2n);
    expect(file.stat().size).toBe(2n);
    expect(errnoOf(() => file.read(new Uint8Array(1), -1n))).toBe('EINVAL');
    expect(errnoOf(() => file.read(new Uint8Array(1), 2n ** 60n))).toBe('EINVAL');
    expect(
      errnoOf(() => {
        file.setSize(2n ** 60n);
      }),
    ).toBe('EFBIG');
  });

  it('keeps to what it was opened for', () => {
    const { root } = makeScene();
    const readOnly = openFile(root, 'file.txt');
    const writeOnly = openFile(root, 'file.txt', { ...reading, read: false, write: true });
    expect(errnoOf(() => readOnly.write(Buffer.from('x'), 0n))).toBe('EBADF');
    expect(errnoOf(() => writeOnly.read(new Uint8Array(1), 0n))).toBe('EBADF');
  });
});
