import { WasiError } from '../core/errno.js';
import type { FileStat, FileType, NewTime, NewTimes } from '../core/file-stat.js';
import type { GuestMemory } from './guest-memory.js';

/** Writes a `filestat`: 64 bytes in preview 1, 56 in `wasi_unstable`, whose link count is half as wide. */
export type WriteFileStat = (memory: GuestMemory, pointer: number, stat: FileStat) => void;

export function writeFileStat(memory: GuestMemory, pointer: number, stat: FileStat): void {
  const at = pointer >>> 0;
  memory.bytes(at, 64).fill(0);
  writeHead(memory, at, stat);
  memory.setU64(at + 24, stat.linkCount);
  writeTail(memory, at + 32, stat);
}

export function writeUnstableFileStat(memory: GuestMemory, pointer: number, stat: FileStat): void {
  const at = pointer >>> 0;
  memory.bytes(at, 56).fill(0);
  writeHead(memory, at, stat);
  memory.setU32(at + 20, Number(BigInt.asUintN(32, stat.linkCount)));
  writeTail(memory, at + 24, stat);
}

function writeHead(memory: GuestMemory, at: number, stat: FileStat): void {
  memory.setU64(at, stat.device);
  memory.setU64(at + 8, stat.inode);
  memory.setU8(at + 16, fileTypeNumbers[stat.type]);
}

function writeTail(memory: GuestMemory, at: number, stat: FileStat): void {
  memory.setU64(at, stat.size);
  memory.setU64(at + 8, stat.accessedNs);
  memory.setU64(at + 16, stat.modifiedNs);
  memory.setU64(at + 24, stat.changedNs);
}

/** The numbers of `filetype`. */
export const fileTypeNumbers: Readonly<Record<FileType, number>> = {
  unknown: 0,
  fifo: 0,
  'block-device': 1,
  'character-device': 2,
  directory: 3,
  'regular-file': 4,
  socket: 6,
  'symbolic-link': 7,
};

/** What guests are told of their stdio: a terminal of no size, so that libc flushes line by line. */
export const stdioStat: FileStat = {
  type: 'character-device',
  device: 0n,
  inode: 0n,
  linkCount: 0n,
  size: 0n,
  accessedNs: 0n,
  modifiedNs: 0n,
  changedNs: 0n,
};

/** `fstflags` with the two times. @throws WasiError `EINVAL` when a time is both given and "now" */
export function toNewTimes(accessedNs: bigint, modifiedNs: bigint, flags: number): NewTimes {
  return {
    accessed: toNewTime(accessedNs, flags & 3),
    modified: toNewTime(modifiedNs, (flags >> 2) & 3),
  };
}

function toNewTime(ns: bigint, flags: number): NewTime {
  if (flags === 0) return 'unchanged';
  if (flags === 2) return 'now';
  if (flags === 1) return BigInt.asUintN(64, ns);
  throw new WasiError('EINVAL');
}
