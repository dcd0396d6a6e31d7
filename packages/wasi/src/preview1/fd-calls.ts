import { WasiError } from '../core/errno.js';
import type { FileStat } from '../core/file-stat.js';
import type { Descriptor } from './descriptor-table.js';
import type { Preview1Run } from './preview1-run.js';
import { dropRights, rightsOf } from './rights.js';
import { fileTypeNumbers, stdioStat, toNewTimes, type WriteFileStat } from './stat-layout.js';

/** The bits of `fdflags`. */
export const fdFlags: {
  readonly append: 1;
  readonly dataSync: 2;
  readonly nonBlocking: 4;
  readonly readSync: 8;
  readonly sync: 16;
} = { append: 1, dataSync: 2, nonBlocking: 4, readSync: 8, sync: 16 };

export function fdClose(run: Preview1Run, fd: number): void {
  run.table.close(fd);
}

export function fdRenumber(run: Preview1Run, from: number, to: number): void {
  run.table.renumber(from, to);
}

/** Advice is for caches that the host has anyway. */
export function fdAdvise(run: Preview1Run, fd: number): void {
  run.table.file(fd);
}

/** Linux itself cannot do it on every file system, and Node.js not at all. */
export function fdAllocate(run: Preview1Run, fd: number): never {
  run.table.file(fd);
  throw new WasiError('ENOTSUP');
}

export function fdDatasync(run: Preview1Run, fd: number): void {
  const descriptor = run.table.get(fd);
  if (descriptor.type === 'file') descriptor.file.syncData();
  else if (descriptor.type === 'directory') descriptor.directory.sync();
}

export function fdSync(run: Preview1Run, fd: number): void {
  const descriptor = run.table.get(fd);
  if (descriptor.type === 'file') descriptor.file.sync();
  else if (descriptor.type === 'directory') descriptor.directory.sync();
}

export function fdFdstatGet(run: Preview1Run, fd: number, pointer: number): void {
  const descriptor = run.table.get(fd);
  const { base, inheriting } = rightsOf(descriptor);
  const at = pointer >>> 0;
  run.memory.bytes(at, 24).fill(0);
  run.memory.setU8(at, fileTypeNumbers[typeOf(descriptor)]);
  run.memory.setU16(at + 2, flagsOf(descriptor));
  run.memory.setU64(at + 8, base);
  run.memory.setU64(at + 16, inheriting);
}

export function fdFdstatSetFlags(run: Preview1Run, fd: number, flags: number): void {
  const descriptor = run.table.get(fd);
  if ((flags & ~(fdFlags.append | fdFlags.nonBlocking)) !== 0) throw new WasiError('EINVAL');
  if (descriptor.type !== 'file') return;
  descriptor.file.setAppend((flags & fdFlags.append) !== 0);
  descriptor.nonBlocking = (flags & fdFlags.nonBlocking) !== 0;
}

export function fdFdstatSetRights(
  run: Preview1Run,
  fd: number,
  base: bigint,
  inheriting: bigint,
): void {
  dropRights(run.table, fd, {
    base: BigInt.asUintN(64, base),
    inheriting: BigInt.asUintN(64, inheriting),
  });
}

export function fdFilestatGet(
  write: WriteFileStat,
): (run: Preview1Run, fd: number, pointer: number) => void {
  return (run, fd, pointer) => {
    write(run.memory, pointer, statOf(run.table.get(fd)));
  };
}

export function fdFilestatSetSize(run: Preview1Run, fd: number, size: bigint): void {
  run.table.file(fd).file.setSize(BigInt.asUintN(64, size));
}

export function fdFilestatSetTimes(
  run: Preview1Run,
  fd: number,
  accessedNs: bigint,
  modifiedNs: bigint,
  flags: number,
): void {
  const descriptor = run.table.get(fd);
  const times = toNewTimes(accessedNs, modifiedNs, flags);
  if (descriptor.type === 'file') descriptor.file.setTimes(times);
  else if (descriptor.type === 'directory') descriptor.directory.setTimes(times);
  else throw new WasiError('EBADF');
}

export function fdPrestatGet(run: Preview1Run, fd: number, pointer: number): void {
  const name = preopenName(run, fd);
  // The tag of a directory.
  run.memory.setU32(pointer, 0);
  run.memory.setU32((pointer >>> 0) + 4, Buffer.byteLength(name));
}

export function fdPrestatDirName(
  run: Preview1Run,
  fd: number,
  pointer: number,
  length: number,
): void {
  const name = Buffer.from(preopenName(run, fd));
  if (name.length > length >>> 0) throw new WasiError('ENAMETOOLONG');
  run.memory.set(pointer, name);
}

/** wasi-libc asks for every number from 3 until it hears `EBADF`. */
function preopenName(run: Preview1Run, fd: number): string {
  const descriptor = run.table.get(fd);
  if (descriptor.type !== 'directory' || descriptor.preopenedAs === undefined)
    throw new WasiError('EBADF');
  return descriptor.preopenedAs;
}

function statOf(descriptor: Descriptor): FileStat {
  if (descriptor.type === 'file') return descriptor.file.stat();
  return descriptor.type === 'directory' ? descriptor.directory.stat() : stdioStat;
}

function typeOf(descriptor: Descriptor): FileStat['type'] {
  if (descriptor.type === 'file') return descriptor.file.type;
  return descriptor.type === 'directory' ? 'directory' : stdioStat.type;
}

function flagsOf(descriptor: Descriptor): number {
  if (descriptor.type !== 'file') return 0;
  return (
    (descriptor.file.mode.append ? fdFlags.append : 0) |
    (descriptor.nonBlocking ? fdFlags.nonBlocking : 0)
  );
}
