import type { LimitsType } from './description.js';
import type { ByteReader } from './byte-reader.js';

/** Limits as they stand in the bytes. */
export interface EncodedLimits {
  readonly limits: LimitsType;
  /** 65,536 unless the memory says otherwise (then 1). Meaningless for tables. */
  readonly pageBytes: number;
}

const hasMaximum = 0x01;
const isShared = 0x02;
const is64 = 0x04;
const hasPageSize = 0x08;

/** Bytes of a memory's page unless it declares its own size. */
export const standardPageBytes = 65_536;

/** Reads a memory type: flags, minimum, maximum, size of a page. */
export function readMemoryLimits(reader: ByteReader): EncodedLimits {
  const start = reader.offset;
  const flags = reader.byte();
  if (flags > (hasMaximum | isShared | is64 | hasPageSize))
    throw reader.malformed('a memory has unknown flags', start);
  const limits = readLimits(reader, flags, start);
  if (limits.shared && limits.maximum === undefined)
    throw reader.malformed('a shared memory has no maximum', start);
  const pageBytes = (flags & hasPageSize) === 0 ? standardPageBytes : readPageBytes(reader);
  const most = (limits.is64 ? 2 ** 64 : 2 ** 32) / pageBytes;
  if (limits.minimum > most || (limits.maximum ?? 0) > most)
    throw reader.malformed('a memory is larger than its addresses reach', start);
  return { limits, pageBytes };
}

/** Reads the limits of a table. */
export function readTableLimits(reader: ByteReader): EncodedLimits {
  const start = reader.offset;
  const flags = reader.byte();
  if (flags > (hasMaximum | isShared | is64))
    throw reader.malformed('a table has unknown flags', start);
  return { limits: readLimits(reader, flags, start), pageBytes: 1 };
}

/** The bytes of a memory's limits with another maximum. All else stays as it was. */
export function encodeMemoryLimits(
  { limits, pageBytes }: EncodedLimits,
  maximum: number,
): readonly number[] {
  const ownPageSize = pageBytes !== standardPageBytes;
  return [
    limitFlags(limits) | (ownPageSize ? hasPageSize : 0),
    ...encodeUnsigned(limits.minimum),
    ...encodeUnsigned(maximum),
    ...(ownPageSize ? encodeUnsigned(Math.log2(pageBytes)) : []),
  ];
}

/** The bytes of a table's limits with another maximum. */
export function encodeTableLimits({ limits }: EncodedLimits, maximum: number): readonly number[] {
  return [limitFlags(limits), ...encodeUnsigned(limits.minimum), ...encodeUnsigned(maximum)];
}

function limitFlags(limits: LimitsType): number {
  return hasMaximum | (limits.shared ? isShared : 0) | (limits.is64 ? is64 : 0);
}

function readLimits(reader: ByteReader, flags: number, start: number): LimitsType {
  const wide = (flags & is64) !== 0;
  const minimum = wide ? reader.u64() : reader.u32();
  const maximum = (flags & hasMaximum) === 0 ? undefined : wide ? reader.u64() : reader.u32();
  if (maximum !== undefined && maximum < minimum)
    throw reader.malformed('a maximum is below its minimum', start);
  return { minimum, maximum, shared: (flags & isShared) !== 0, is64: wide };
}

function readPageBytes(reader: ByteReader): number {
  const exponent = reader.u32();
  if (exponent !== 0 && exponent !== 16)
    throw reader.malformed('a page size is neither 1 byte nor 64 KiB');
  return 2 ** exponent;
}

/** Unsigned LEB128 of a safe integer. */
export function encodeUnsigned(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}
