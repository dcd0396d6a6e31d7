import type { BigIntStats } from 'node:fs';

export type FileType =
  | 'regular-file'
  | 'directory'
  | 'symbolic-link'
  | 'block-device'
  | 'character-device'
  | 'fifo'
  | 'socket'
  | 'unknown';

/** What is known of a file. Times in nanoseconds since 1970. */
export interface FileStat {
  readonly type: FileType;
  readonly device: bigint;
  readonly inode: bigint;
  readonly linkCount: bigint;
  /** Bytes. */
  readonly size: bigint;
  readonly accessedNs: bigint;
  readonly modifiedNs: bigint;
  /** Last change of status. */
  readonly changedNs: bigint;
}

interface FileTypeQuestions {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isBlockDevice(): boolean;
  isCharacterDevice(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** The type of a `Stats` or a `Dirent` of `node:fs`. */
export function fileTypeOf(entry: FileTypeQuestions): FileType {
  if (entry.isFile()) return 'regular-file';
  if (entry.isDirectory()) return 'directory';
  if (entry.isSymbolicLink()) return 'symbolic-link';
  if (entry.isCharacterDevice()) return 'character-device';
  if (entry.isBlockDevice()) return 'block-device';
  if (entry.isFIFO()) return 'fifo';
  if (entry.isSocket()) return 'socket';
  return 'unknown';
}

export function toFileStat(stats: BigIntStats): FileStat {
  return {
    type: fileTypeOf(stats),
    device: stats.dev,
    inode: stats.ino,
    linkCount: stats.nlink,
    size: stats.size,
    accessedNs: stats.atimeNs,
    modifiedNs: stats.mtimeNs,
    changedNs: stats.ctimeNs,
  };
}

/** A new time: nanoseconds since 1970, the host's present, or as it was. */
export type NewTime = bigint | 'now' | 'unchanged';

export interface NewTimes {
  readonly accessed: NewTime;
  readonly modified: NewTime;
}

/**
 * Both times as `node:fs` takes them: seconds in a double, which keeps a quarter of a microsecond.
 * `stat` is asked only when one of them stays, since Node.js can only set both.
 */
export function toHostTimes(
  times: NewTimes,
  stat: () => FileStat,
): readonly [accessedS: number, modifiedS: number] {
  const nowS = Date.now() / 1000;
  const old = times.accessed === 'unchanged' || times.modified === 'unchanged' ? stat() : undefined;
  const toSeconds = (time: NewTime, before: bigint | undefined): number => {
    if (time === 'now') return nowS;
    return Number(time === 'unchanged' ? (before ?? 0n) : time) / 1e9;
  };
  return [toSeconds(times.accessed, old?.accessedNs), toSeconds(times.modified, old?.modifiedNs)];
}
