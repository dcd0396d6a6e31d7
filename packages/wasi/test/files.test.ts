import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Preview1Version } from '@wasmwhisk/wasi';
import { errno, playGuest, temporaryDirectory, type PlayedGuest } from './guest.js';

const rights = { read: 1n << 1n, write: 1n << 6n } as const;
const readWrite = rights.read | rights.write;
const open = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;
const follow = 1;

interface FileGuest extends PlayedGuest {
  readonly hostPath: string;
  /** Opens below the preopened directory; gives the descriptor or the negative errno. */
  readonly open: (
    path: string,
    how?: { flags?: number; rights?: bigint; fdFlags?: number; lookup?: number },
  ) => number;
  readonly write: (fd: number, text: string) => number;
  readonly readAll: (fd: number) => string;
  readonly seek: (fd: number, offset: bigint, whence: number) => bigint;
}

function playFileGuest(
  access: 'read-only' | 'read-write' = 'read-write',
  version: Preview1Version = 'wasi_snapshot_preview1',
): FileGuest {
  const hostPath = temporaryDirectory();
  writeFileSync(join(hostPath, 'file'), 'content');
  mkdirSync(join(hostPath, 'sub'));
  const guest = playGuest({ version, preopens: [{ hostPath, guestPath: '/data', access }] });
  const answer = guest.room(8);
  const buffer = guest.room(100);
  return {
    ...guest,
    hostPath,
    open: (path, how = {}) => {
      const { flags = 0, rights: wanted = rights.read, fdFlags = 0, lookup = follow } = how;
      const result = guest.call(
        'path_open',
        3,
        lookup,
        ...guest.text(path),
        flags,
        wanted,
        0n,
        fdFlags,
        answer,
      );
      return result === 0 ? guest.view().getUint32(answer, true) : -result;
    },
    write: (fd, text) => guest.call('fd_write', fd, ...guest.vectors(guest.text(text)), answer),
    readAll: (fd) => {
      guest.call('fd_read', fd, ...guest.vectors([buffer, 100]), answer);
      return guest.read(buffer, guest.view().getUint32(answer, true));
    },
    seek: (fd, offset, whence) => {
      const result = guest.call('fd_seek', fd, offset, whence, answer);
      return result === 0 ? guest.view().getBigUint64(answer, true) : BigInt(-result);
    },
  };
}

describe('files', () => {
  it('names the directories that are given, from 3 on', () => {
    const guest = playFileGuest();
    const stat = guest.room(8);
    expect(guest.call('fd_prestat_get', 3, stat)).toBe(errno.success);
    expect([guest.view().getUint8(stat), guest.view().getUint32(stat + 4, true)]).toEqual([0, 5]);
    const name = guest.room(5);
    expect(guest.call('fd_prestat_dir_name', 3, name, 4)).toBe(errno.nametoolong);
    expect(guest.call('fd_prestat_dir_name', 3, name, 5)).toBe(errno.success);
    expect(guest.read(name, 5)).toBe('/data');
    expect(guest.call('fd_prestat_get', 4, stat)).toBe(errno.badf);
    const sub = guest.open('sub', { flags: open.directory });
    expect(guest.call('fd_prestat_get', sub, stat)).toBe(errno.badf);
  });

  it('reads, writes and keeps a position', () => {
    const guest = playFileGuest();
    const fd = guest.open('new', { flags: open.create, rights: readWrite });
    expect(fd).toBe(4);
    expect(guest.write(fd, 'hello ')).toBe(errno.success);
    expect(guest.write(fd, 'world')).toBe(errno.success);
    expect(guest.readAll(fd)).toBe('');
    expect(guest.seek(fd, 0n, 0)).toBe(0n);
    expect(guest.readAll(fd)).toBe('hello world');
    expect(guest.seek(fd, -5n, 2)).toBe(6n);
    expect(guest.seek(fd, 1n, 1)).toBe(7n);
    expect(guest.readAll(fd)).toBe('orld');
    expect(guest.seek(fd, -12n, 1)).toBe(BigInt(-errno.inval));
    expect(guest.seek(fd, 0n, 3)).toBe(BigInt(-errno.inval));
    expect(readFileSync(join(guest.hostPath, 'new'), 'utf8')).toBe('hello world');
    expect(guest.call('fd_close', fd)).toBe(errno.success);
    expect(guest.write(fd, 'x')).toBe(errno.badf);
  });

  it('reads and writes at an offset without moving', () => {
    const guest = playFileGuest();
    const fd = guest.open('file', { rights: readWrite });
    const answer = guest.room(8);
    const buffer = guest.room(3);
    expect(guest.call('fd_pread', fd, ...guest.vectors([buffer, 3]), 3n, answer)).toBe(0);
    expect(guest.read(buffer, 3)).toBe('ten');
    const vectors = guest.vectors(guest.text('XY'));
    expect(guest.call('fd_pwrite', fd, ...vectors, 5n, answer)).toBe(errno.success);
    expect(guest.call('fd_pwrite', fd, ...vectors, -1n, answer)).toBe(errno.inval);
    expect(guest.call('fd_tell', fd, answer)).toBe(errno.success);
    expect(guest.view().getBigUint64(answer, true)).toBe(0n);
    expect(guest.readAll(fd)).toBe('conteXY');
  });

  it('holds a descriptor to the rights that a guest left it, and those opened from it too', () => {
    const guest = playFileGuest();
    const pathOpen = 1n << 13n;
    expect(guest.call('fd_fdstat_set_rights', 3, pathOpen, rights.read)).toBe(errno.success);
    expect(guest.call('path_create_directory', 3, ...guest.text('new'))).toBe(errno.notcapable);
    expect(guest.call('path_rename', 3, ...guest.text('file'), 3, ...guest.text('b'))).toBe(
      errno.notcapable,
    );
    expect(guest.open('file', { rights: readWrite })).toBe(-errno.notcapable);
    const fd = guest.open('file');
    expect(guest.readAll(fd)).toBe('content');
    expect(guest.seek(fd, 0n, 0)).toBe(BigInt(-errno.notcapable));
    expect(guest.call('fd_fdstat_set_rights', fd, readWrite, 0n)).toBe(errno.notcapable);
    expect(guest.call('fd_fdstat_set_rights', fd, 0n, 0n)).toBe(errno.success);
    expect(guest.call('fd_read', fd, ...guest.vectors([0, 8]), guest.room(4))).toBe(
      errno.notcapable,
    );
    expect(guest.call('fd_close', fd)).toBe(errno.success);
    expect(guest.call('fd_fdstat_set_rights', fd, 0n, 0n)).toBe(errno.badf);
  });

  it('makes nothing anew through a link that leads nowhere', () => {
    const guest = playFileGuest();
    symlinkSync('nowhere', join(guest.hostPath, 'dangling'));
    const flags = open.create | open.exclusive;
    expect(guest.open('dangling', { flags, rights: readWrite })).toBe(-errno.exist);
    expect(readdirSync(guest.hostPath)).not.toContain('nowhere');
  });

  it('appends while told to', () => {
    const guest = playFileGuest();
    const fd = guest.open('file', { rights: readWrite, fdFlags: 1 });
    guest.write(fd, '+1');
    expect(guest.call('fd_fdstat_set_flags', fd, 0)).toBe(errno.success);
    guest.seek(fd, 0n, 0);
    guest.write(fd, 'C');
    expect(guest.call('fd_fdstat_set_flags', fd, 1)).toBe(errno.success);
    guest.write(fd, '+2');
    expect(readFileSync(join(guest.hostPath, 'file'), 'utf8')).toBe('Content+1+2');
    const stat = guest.room(24);
    guest.call('fd_fdstat_get', fd, stat);
    expect(guest.view().getUint16(stat + 2, true)).toBe(1);
    expect(guest.call('fd_fdstat_set_flags', fd, 2)).toBe(errno.inval);
  });

  it('tells what a file is, in the layout of each version', () => {
    for (const [version, size, linksAt, sizeAt] of [
      ['wasi_snapshot_preview1', 64, 24, 32],
      ['wasi_unstable', 56, 20, 24],
    ] as const) {
      const guest = playFileGuest('read-only', version);
      const host = statSync(join(guest.hostPath, 'file'), { bigint: true });
      const viaFd = guest.room(size + 8);
      const viaPath = guest.room(size + 8);
      expect(guest.call('fd_filestat_get', guest.open('file'), viaFd)).toBe(errno.success);
      expect(guest.call('path_filestat_get', 3, follow, ...guest.text('file'), viaPath)).toBe(0);
      for (const at of [viaFd, viaPath]) {
        const view = guest.view();
        expect(view.getBigUint64(at, true)).toBe(host.dev);
        expect(view.getBigUint64(at + 8, true)).toBe(host.ino);
        expect(view.getUint8(at + 16)).toBe(4);
        expect(view.getUint32(at + linksAt, true)).toBe(1);
        expect(view.getBigUint64(at + sizeAt, true)).toBe(7n);
        expect(view.getBigUint64(at + sizeAt + 16, true)).toBe(host.mtimeNs);
        expect(view.getBigUint64(at + sizeAt + 24, true)).toBe(host.ctimeNs);
        expect(view.getUint8(at + size)).toBe(0xaa);
      }
    }
  });

  it('counts whence in the order of each version', () => {
    const guest = playFileGuest('read-only', 'wasi_unstable');
    const fd = guest.open('file');
    expect(guest.seek(fd, 2n, 2)).toBe(2n);
    expect(guest.seek(fd, 1n, 0)).toBe(3n);
    expect(guest.seek(fd, -1n, 1)).toBe(6n);
  });

  it('opens only for what was asked', () => {
    const guest = playFileGuest();
    const readOnly = guest.open('file');
    expect(guest.write(readOnly, 'x')).toBe(errno.badf);
    const writeOnly = guest.open('file', { rights: rights.write });
    expect(guest.call('fd_read', writeOnly, ...guest.vectors([0, 8]), guest.room(4))).toBe(
      errno.badf,
    );
    expect(guest.open('sub', { rights: rights.write })).toBe(-errno.isdir);
    expect(guest.open('file', { flags: open.directory })).toBe(-errno.notdir);
    expect(guest.open('file', { flags: open.create | open.exclusive, rights: readWrite })).toBe(
      -errno.exist,
    );
    expect(guest.open('nothing')).toBe(-errno.noent);
    expect(guest.open('file', { fdFlags: 16 })).toBe(-errno.notsup);
    expect(guest.call('fd_allocate', readOnly, 0n, 10n)).toBe(errno.notsup);
    expect(guest.call('fd_advise', readOnly, 0n, 10n, 0)).toBe(errno.success);
    expect(guest.call('fd_sync', readOnly)).toBe(errno.success);
    expect(guest.call('fd_datasync', 3)).toBe(errno.success);
  });

  it('changes size and times', () => {
    const guest = playFileGuest();
    const fd = guest.open('file', { rights: readWrite });
    expect(guest.call('fd_filestat_set_size', fd, 3n)).toBe(errno.success);
    expect(guest.readAll(fd)).toBe('con');
    expect(guest.call('fd_filestat_set_times', fd, 5_000_000_000n, 0n, 1)).toBe(errno.success);
    const path = guest.text('file');
    expect(guest.call('path_filestat_set_times', 3, follow, ...path, 0n, 9_000_000_000n, 4)).toBe(
      0,
    );
    const stat = statSync(join(guest.hostPath, 'file'));
    expect([stat.atimeMs, stat.mtimeMs]).toEqual([5000, 9000]);
    expect(guest.call('fd_filestat_set_times', fd, 0n, 0n, 3)).toBe(errno.inval);
    expect(guest.call('fd_filestat_set_times', 1, 0n, 0n, 1)).toBe(errno.badf);
  });
});

describe('directories', () => {
  it('makes, renames, links and removes', () => {
    const guest = playFileGuest();
    const t = guest.text;
    expect(guest.call('path_create_directory', 3, ...t('made'))).toBe(errno.success);
    expect(guest.call('path_create_directory', 3, ...t('made'))).toBe(errno.exist);
    expect(guest.call('path_link', 3, 0, ...t('file'), 3, ...t('made/second'))).toBe(0);
    expect(guest.call('path_link', 3, follow, ...t('file'), 3, ...t('x'))).toBe(errno.inval);
    expect(guest.call('path_symlink', ...t('../file'), 3, ...t('made/link'))).toBe(0);
    const target = guest.room(7);
    const used = guest.room(4);
    expect(guest.call('path_readlink', 3, ...t('made/link'), target, 5, used)).toBe(0);
    expect(guest.read(target, guest.view().getUint32(used, true))).toBe('../fi');
    expect(guest.call('path_readlink', 3, ...t('file'), target, 5, used)).toBe(errno.inval);
    expect(guest.open('made/link')).toBeGreaterThan(3);
    expect(guest.open('made/link', { lookup: 0 })).toBe(-errno.loop);
    expect(guest.call('path_rename', 3, ...t('made/second'), 3, ...t('third'))).toBe(0);
    expect(guest.call('path_remove_directory', 3, ...t('file'))).toBe(errno.notdir);
    expect(guest.call('path_unlink_file', 3, ...t('sub'))).toBe(errno.isdir);
    expect(guest.call('path_unlink_file', 3, ...t('made/link'))).toBe(0);
    expect(guest.call('path_remove_directory', 3, ...t('made'))).toBe(0);
    expect(readdirSync(guest.hostPath).sort()).toEqual(['file', 'sub', 'third']);
  });

  it('lists entries, however small the buffer', () => {
    const guest = playFileGuest();
    for (let index = 0; index < 50; index += 1)
      writeFileSync(join(guest.hostPath, `entry-${String(index)}`), '');
    for (const size of [40, 64, 200, 4096])
      expect(list(guest, size).sort()).toEqual(['.', '..', ...readdirSync(guest.hostPath)].sort());
  });

  it('keeps cookies true while entries go', () => {
    const guest = playFileGuest();
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(guest.hostPath, name), '');
    const names = list(guest, 64, (name) => {
      if (name.length === 1 && name !== '.') guest.call('path_unlink_file', 3, ...guest.text(name));
    });
    expect(names.sort()).toEqual(['.', '..', 'a', 'b', 'c', 'd', 'file', 'sub']);
    expect(guest.call('fd_readdir', 3, guest.room(64), 64, 1000n, guest.room(4))).toBe(errno.inval);
    expect(guest.call('fd_readdir', 1, guest.room(64), 64, 0n, guest.room(4))).toBe(errno.notdir);
  });

  it('refuses what leads out, and what is no text', () => {
    const guest = playFileGuest();
    symlinkSync('/etc', join(guest.hostPath, 'etc'));
    for (const path of ['..', '../x', '/etc/passwd', 'sub/../../x', 'etc/passwd'])
      expect([path, guest.open(path)]).toEqual([path, -errno.perm]);
    expect(guest.open('')).toBe(-errno.noent);
    expect(guest.open('a\0b')).toBe(-errno.inval);
    expect(guest.open('x'.repeat(5000))).toBe(-errno.nametoolong);
    expect(guest.open('x'.repeat(300))).toBe(-errno.nametoolong);
    const [pointer] = guest.text('xx');
    guest.view().setUint8(pointer, 0xff);
    expect(guest.call('path_open', 3, 0, pointer, 2, 0, 0n, 0n, 0, guest.room(4))).toBe(
      errno.ilseq,
    );
    expect(guest.call('path_open', 1, 0, pointer, 2, 0, 0n, 0n, 0, guest.room(4))).toBe(
      errno.notdir,
    );
    expect(guest.call('path_open', 9, 0, pointer, 2, 0, 0n, 0n, 0, guest.room(4))).toBe(errno.badf);
  });

  it('changes nothing where it is read-only', () => {
    const guest = playFileGuest('read-only');
    const path = guest.text('file');
    const other = guest.text('other');
    expect(guest.open('file', { rights: readWrite })).toBe(-errno.perm);
    expect(guest.open('other', { flags: open.create })).toBe(-errno.perm);
    expect(guest.call('path_unlink_file', 3, ...path)).toBe(errno.perm);
    expect(guest.call('path_rename', 3, ...path, 3, ...other)).toBe(errno.perm);
    expect(guest.call('path_create_directory', 3, ...other)).toBe(errno.perm);
    expect(guest.call('path_symlink', ...path, 3, ...other)).toBe(errno.perm);
    expect(guest.call('path_link', 3, 0, ...path, 3, ...other)).toBe(errno.perm);
    expect(guest.readAll(guest.open('file'))).toBe('content');
  });
});

/** All names, read through a buffer of `size` bytes as wasi-libc does. */
function list(
  guest: FileGuest,
  size: number,
  seen: (name: string) => void = () => undefined,
): string[] {
  const buffer = guest.room(size);
  const used = guest.room(4);
  const names: string[] = [];
  for (let cookie = 0n; ;) {
    expect(guest.call('fd_readdir', 3, buffer, size, cookie, used)).toBe(errno.success);
    const filled = guest.view().getUint32(used, true);
    let at = buffer;
    const end = buffer + filled;
    while (at + 24 <= end) {
      const length = guest.view().getUint32(at + 16, true);
      if (at + 24 + length > end) break;
      cookie = guest.view().getBigUint64(at, true);
      const name = guest.read(at + 24, length);
      names.push(name);
      seen(name);
      at += 24 + length;
    }
    if (filled < size) return names;
  }
}
