import type { FileStat, FileType, NewTime } from '../core/file-stat.js';

export interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

export interface DescriptorFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly fileIntegritySync?: boolean;
  readonly dataIntegritySync?: boolean;
  readonly requestedWriteSync?: boolean;
  readonly mutateDirectory?: boolean;
}

export interface PathFlags {
  readonly symlinkFollow?: boolean;
}

export interface OpenFlags {
  readonly create?: boolean;
  readonly directory?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
}

export interface DescriptorStat {
  readonly type: FileType;
  readonly linkCount: bigint;
  readonly size: bigint;
  readonly dataAccessTimestamp: Datetime;
  readonly dataModificationTimestamp: Datetime;
  readonly statusChangeTimestamp: Datetime;
}

export type NewTimestamp =
  | { readonly tag: 'no-change' }
  | { readonly tag: 'now' }
  | { readonly tag: 'timestamp'; readonly val: Datetime };

export interface MetadataHashValue {
  readonly lower: bigint;
  readonly upper: bigint;
}

const nsPerSecond = 1_000_000_000n;

export function toDatetime(ns: bigint): Datetime {
  // Before 1970 there is no datetime; such files are as old as can be said.
  const since = ns < 0n ? 0n : ns;
  return { seconds: since / nsPerSecond, nanoseconds: Number(since % nsPerSecond) };
}

export function fromDatetime(datetime: Datetime): bigint {
  return datetime.seconds * nsPerSecond + BigInt(datetime.nanoseconds);
}

export function toDescriptorStat(stat: FileStat): DescriptorStat {
  return {
    type: stat.type,
    linkCount: stat.linkCount,
    size: stat.size,
    dataAccessTimestamp: toDatetime(stat.accessedNs),
    dataModificationTimestamp: toDatetime(stat.modifiedNs),
    statusChangeTimestamp: toDatetime(stat.changedNs),
  };
}

export function toNewTime(timestamp: NewTimestamp): NewTime {
  switch (timestamp.tag) {
    case 'no-change':
      return 'unchanged';
    case 'now':
      return 'now';
    case 'timestamp':
      return fromDatetime(timestamp.val);
  }
}

/** Same file, same value; the preview 1 adapter gives `lower` to its guests as the inode number. */
export function toMetadataHash(stat: FileStat): MetadataHashValue {
  return { lower: BigInt.asUintN(64, stat.inode), upper: BigInt.asUintN(64, stat.device) };
}
