import { toErrno, WasiError } from '../core/errno.js';
import type { OpenDirectory } from '../core/open-directory.js';
import type { DirectoryDescriptor } from './descriptor-table.js';
import { fdFlags } from './fd-calls.js';
import type { Preview1Run } from './preview1-run.js';
import { openModeOf } from './rights.js';
import { fileTypeNumbers, toNewTimes, type WriteFileStat } from './stat-layout.js';

const openFlags = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;
const unsupportedFdFlags = fdFlags.dataSync | fdFlags.readSync | fdFlags.sync;

export function pathOpen(
  run: Preview1Run,
  fd: number,
  lookup: number,
  path: number,
  pathLength: number,
  open: number,
  rights: bigint,
  _inheriting: bigint,
  flags: number,
  opened: number,
): void {
  const { directory, rightsLeft } = run.table.directory(fd);
  if (rightsLeft !== undefined && (rights & ~rightsLeft.inheriting) !== 0n)
    throw new WasiError('ENOTCAPABLE');
  if ((flags & unsupportedFdFlags) !== 0) throw new WasiError('ENOTSUP');
  // The place of the answer is checked before anything is created.
  run.memory.setU32(opened, 0);
  const { read, write } = openModeOf(rights);
  const entry = directory.openAt(run.memory.text(path, pathLength), {
    ...followOf(lookup),
    read,
    write,
    append: (flags & fdFlags.append) !== 0,
    create: (open & openFlags.create) !== 0,
    exclusive: (open & openFlags.exclusive) !== 0,
    truncate: (open & openFlags.truncate) !== 0,
    directory: (open & openFlags.directory) !== 0,
  });
  const nonBlocking = (flags & fdFlags.nonBlocking) !== 0;
  const inherited = rightsLeft?.inheriting;
  const left =
    inherited === undefined ? {} : { rightsLeft: { base: inherited, inheriting: inherited } };
  const number = run.table.add(
    entry.kind === 'file'
      ? { type: 'file', file: entry, position: 0n, nonBlocking, ...left }
      : {
          type: 'directory',
          directory: entry,
          preopenedAs: undefined,
          listing: undefined,
          ...left,
        },
  );
  run.memory.setU32(opened, number);
}

export function pathFilestatGet(
  write: WriteFileStat,
): (
  run: Preview1Run,
  fd: number,
  lookup: number,
  path: number,
  pathLength: number,
  pointer: number,
) => void {
  return (run, fd, lookup, path, pathLength, pointer) => {
    const { directory } = run.table.directory(fd);
    const stat = directory.statAt(run.memory.text(path, pathLength), followOf(lookup));
    write(run.memory, pointer, stat);
  };
}

export function pathFilestatSetTimes(
  run: Preview1Run,
  fd: number,
  lookup: number,
  path: number,
  pathLength: number,
  accessedNs: bigint,
  modifiedNs: bigint,
  flags: number,
): void {
  const { directory } = run.table.directory(fd);
  const times = toNewTimes(accessedNs, modifiedNs, flags);
  directory.setTimesAt(run.memory.text(path, pathLength), followOf(lookup), times);
}

export function pathCreateDirectory(
  run: Preview1Run,
  fd: number,
  path: number,
  pathLength: number,
): void {
  run.table.directory(fd).directory.createDirectoryAt(run.memory.text(path, pathLength));
}

export function pathRemoveDirectory(
  run: Preview1Run,
  fd: number,
  path: number,
  pathLength: number,
): void {
  run.table.directory(fd).directory.removeDirectoryAt(run.memory.text(path, pathLength));
}

export function pathUnlinkFile(
  run: Preview1Run,
  fd: number,
  path: number,
  pathLength: number,
): void {
  run.table.directory(fd).directory.unlinkFileAt(run.memory.text(path, pathLength));
}

export function pathLink(
  run: Preview1Run,
  fd: number,
  lookup: number,
  path: number,
  pathLength: number,
  toFd: number,
  toPath: number,
  toPathLength: number,
): void {
  const from = run.table.directory(fd).directory;
  const to = run.table.directory(toFd).directory;
  // A link to what a link points at: nobody needs it, and the host cannot do it without following.
  if (followOf(lookup).follow) throw new WasiError('EINVAL');
  const target = run.memory.text(toPath, toPathLength);
  from.linkAt(run.memory.text(path, pathLength), to, target);
}

export function pathRename(
  run: Preview1Run,
  fd: number,
  path: number,
  pathLength: number,
  toFd: number,
  toPath: number,
  toPathLength: number,
): void {
  const from = run.table.directory(fd).directory;
  const to = run.table.directory(toFd).directory;
  const target = run.memory.text(toPath, toPathLength);
  from.renameAt(run.memory.text(path, pathLength), to, target);
}

export function pathSymlink(
  run: Preview1Run,
  target: number,
  targetLength: number,
  fd: number,
  path: number,
  pathLength: number,
): void {
  const { directory } = run.table.directory(fd);
  const text = run.memory.text(target, targetLength);
  directory.createLinkAt(text, run.memory.text(path, pathLength));
}

/** What does not fit is cut off, as `readlink` does. */
export function pathReadlink(
  run: Preview1Run,
  fd: number,
  path: number,
  pathLength: number,
  pointer: number,
  length: number,
  used: number,
): void {
  const { directory } = run.table.directory(fd);
  const target = Buffer.from(directory.readLinkAt(run.memory.text(path, pathLength)));
  const shown = target.subarray(0, length >>> 0);
  run.memory.set(pointer, shown);
  run.memory.setU32(used, shown.length);
}

const entryHeadBytes = 24;

/**
 * Fills the buffer with entries from `cookie` on; a buffer filled to its last byte says that there
 * is more. The listing is taken at cookie 0 and kept, so that cookies stay true while the guest
 * changes the directory.
 */
export function fdReaddir(
  run: Preview1Run,
  fd: number,
  pointer: number,
  length: number,
  cookie: bigint,
  used: number,
): void {
  const descriptor = run.table.directory(fd);
  const target = run.memory.bytes(pointer, length);
  const listing = listingFrom(descriptor, cookie);
  let filled = 0;
  for (let index = Number(cookie); index < listing.length && filled < target.length; index += 1) {
    const entry = listing[index];
    if (entry === undefined) break;
    const name = Buffer.from(entry.name);
    const record = Buffer.alloc(entryHeadBytes + name.length);
    record.writeBigUInt64LE(BigInt(index + 1), 0);
    record.writeBigUInt64LE(inodeOf(descriptor.directory, entry.name), 8);
    record.writeUInt32LE(name.length, 16);
    record.writeUInt8(fileTypeNumbers[entry.type], 20);
    record.set(name, entryHeadBytes);
    const piece = record.subarray(0, target.length - filled);
    target.set(piece, filled);
    filled += piece.length;
  }
  run.memory.setU32(used, filled);
}

function listingFrom(
  descriptor: DirectoryDescriptor,
  cookie: bigint,
): NonNullable<DirectoryDescriptor['listing']> {
  if (cookie === 0n || descriptor.listing === undefined) {
    descriptor.listing = [
      { name: '.', type: 'directory' },
      { name: '..', type: 'directory' },
      ...descriptor.directory.readEntries(),
    ];
  }
  const { listing } = descriptor;
  if (cookie < 0n || cookie > BigInt(listing.length)) throw new WasiError('EINVAL');
  return listing;
}

/** For `..` the directory's own: what is above is not the guest's to know. 0 for an entry that is gone. */
function inodeOf(directory: OpenDirectory, name: string): bigint {
  if (name === '.' || name === '..') return directory.stat().inode;
  try {
    return directory.statAt(name, { follow: false }).inode;
  } catch (error) {
    if (toErrno(error) === undefined) throw error;
    return 0n;
  }
}

function followOf(lookup: number): { readonly follow: boolean } {
  return { follow: (lookup & 1) !== 0 };
}
