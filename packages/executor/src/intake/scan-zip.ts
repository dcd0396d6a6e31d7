import { isUtf8 } from 'node:buffer';
import { assertRatio, assertUnzippedSize } from './archive-size.js';
import { EntryTree, quote, tooManyEntries } from './entry-tree.js';
import { IntakeError } from './intake-error.js';
import type { IntakeLimits } from './limits.js';
import { readZipEndRecord } from './zip-end-record.js';

/** An entry of a zip's central directory whose local header agrees. */
export interface ZipEntry {
  /** As in the directory. */
  readonly rawName: Buffer;
  /** Safe and normal; `undefined` for a folder. */
  readonly path: string | undefined;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** Offsets of the local header, and behind the packed data. */
  readonly start: number;
  readonly end: number;
}

const directoryHeaderBytes = 46;
const directorySignature = 0x02014b50;
const localHeaderBytes = 30;
const localSignature = 0x04034b50;

const encryptedFlags = 0x0001 | 0x0040 | 0x2000;
const descriptorFlag = 0x0008;
const patchFlag = 0x0020;

const fileTypeMask = 0o170000;
const regularFile = 0o100000;
const folder = 0o040000;
const symbolicLink = 0o120000;

/**
 * Reads the central directory of a zip without unpacking anything, and refuses what is too large,
 * unsafe, or readable in two ways. Only a zip that passes is given to adm-zip, which reads the whole
 * directory before any limit could act. Time and memory are bounded by the length of `zip` and by `limits`.
 *
 * @returns the entries in the directory's order
 * @throws IntakeError `archive-*`, `entry-name`, `entry-type`
 */
export function scanZip(zip: Buffer, limits: IntakeLimits): readonly ZipEntry[] {
  const { directoryStart, directoryEnd, entries: count } = readZipEndRecord(zip);
  if (count > limits.entries) throw tooManyEntries(count, limits.entries);
  const tree = new EntryTree(limits);
  const entries: ZipEntry[] = [];
  let offset = directoryStart;
  let unpackedBytes = 0;
  for (let index = 0; index < count; index += 1) {
    const header = readDirectoryHeader(zip, offset, directoryEnd);
    const entry = checkEntry(zip, header, tree, directoryStart);
    unpackedBytes += entry.unpackedBytes;
    assertUnzippedSize(unpackedBytes, limits);
    assertRatio(entry.packedBytes, entry.unpackedBytes, limits, entry.path);
    entries.push(entry);
    offset = header.next;
  }
  if (offset !== directoryEnd)
    throw malformed(`its directory has ${String(directoryEnd - offset)} bytes too many`);
  assertRatio(zip.length, unpackedBytes, limits);
  assertApart(entries);
  return entries;
}

interface DirectoryHeader {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly rawName: Buffer;
  readonly mode: number;
  readonly localOffset: number;
  /** Offset of the next header. */
  readonly next: number;
}

function readDirectoryHeader(zip: Buffer, offset: number, end: number): DirectoryHeader {
  const nameStart = offset + directoryHeaderBytes;
  if (nameStart > end || zip.readUInt32LE(offset) !== directorySignature)
    throw malformed(`no directory entry stands at byte ${String(offset)}`);
  const nameEnd = nameStart + zip.readUInt16LE(offset + 28);
  const next = nameEnd + zip.readUInt16LE(offset + 30) + zip.readUInt16LE(offset + 32);
  if (next > end) throw malformed(`the directory entry at byte ${String(offset)} is cut off`);
  return {
    flags: zip.readUInt16LE(offset + 8),
    method: zip.readUInt16LE(offset + 10),
    crc: zip.readUInt32LE(offset + 16),
    packedBytes: zip.readUInt32LE(offset + 20),
    unpackedBytes: zip.readUInt32LE(offset + 24),
    rawName: zip.subarray(nameStart, nameEnd),
    mode: zip.readUInt16LE(offset + 40),
    localOffset: zip.readUInt32LE(offset + 42),
    next,
  };
}

function checkEntry(
  zip: Buffer,
  header: DirectoryHeader,
  tree: EntryTree,
  directoryStart: number,
): ZipEntry {
  const { rawName, packedBytes, unpackedBytes } = header;
  if (!isUtf8(rawName))
    throw new IntakeError(
      'entry-name',
      'An entry of the archive has a name that is no UTF-8. Pack it with a current tool.',
    );
  const name = rawName.toString('utf8');
  const isFolder = name.endsWith('/');
  assertType(header, name, isFolder);
  assertForm(header, name);
  let path: string | undefined;
  if (isFolder) tree.addFolder(name);
  else path = tree.addFile(name);
  const end = checkLocalHeader(zip, header, name, directoryStart);
  return { rawName, path, packedBytes, unpackedBytes, start: header.localOffset, end };
}

function assertType(
  { mode, unpackedBytes }: DirectoryHeader,
  name: string,
  isFolder: boolean,
): void {
  const type = mode & fileTypeMask;
  if (type === symbolicLink)
    throw new IntakeError(
      'entry-type',
      `The archive's entry ${quote(name)} is a symbolic link. Pack the file it points to (zip does so unless told -y).`,
    );
  if (type !== 0 && type !== regularFile && type !== folder)
    throw new IntakeError(
      'entry-type',
      `The archive's entry ${quote(name)} is neither a file nor a folder.`,
    );
  if ((type === folder && !isFolder) || (isFolder && unpackedBytes !== 0))
    throw ambiguous(name, 'is half a file and half a folder');
}

function assertForm(
  { flags, method, packedBytes, unpackedBytes, localOffset }: DirectoryHeader,
  name: string,
): void {
  if ((flags & encryptedFlags) !== 0)
    throw new IntakeError(
      'archive-unsupported',
      `The archive's entry ${quote(name)} is encrypted. Pack it without a password.`,
    );
  if ((method !== 0 && method !== 8) || (flags & patchFlag) !== 0)
    throw new IntakeError(
      'archive-unsupported',
      `The archive's entry ${quote(name)} is compressed by method ${String(method)}. Use the usual one, deflate, or none.`,
    );
  if ([packedBytes, unpackedBytes, localOffset].includes(0xffffffff))
    throw new IntakeError(
      'archive-unsupported',
      `The archive's entry ${quote(name)} is in the zip64 format. Pack it without zip64.`,
    );
  if (method === 0 && packedBytes !== unpackedBytes)
    throw ambiguous(name, 'is not compressed, and yet has two sizes');
  if (packedBytes === 0 && unpackedBytes !== 0) throw ambiguous(name, 'has a size and no data');
}

/** Checks that the header before the data says what the directory says. @returns the offset behind the data */
function checkLocalHeader(
  zip: Buffer,
  header: DirectoryHeader,
  name: string,
  directoryStart: number,
): number {
  const { localOffset: offset, flags, method, crc, packedBytes, unpackedBytes, rawName } = header;
  if (offset + localHeaderBytes > directoryStart || zip.readUInt32LE(offset) !== localSignature)
    throw malformed(`the entry ${quote(name)} has no data at byte ${String(offset)}`);
  const nameStart = offset + localHeaderBytes;
  const nameEnd = nameStart + zip.readUInt16LE(offset + 26);
  const dataStart = nameEnd + zip.readUInt16LE(offset + 28);
  const end = dataStart + packedBytes;
  if (end > directoryStart) throw malformed(`the data of the entry ${quote(name)} is cut off`);
  const localFlags = zip.readUInt16LE(offset + 6);
  const sameForm =
    zip.readUInt16LE(offset + 8) === method &&
    (localFlags & (encryptedFlags | patchFlag)) === 0 &&
    (localFlags & descriptorFlag) === (flags & descriptorFlag);
  if (!sameForm || !rawName.equals(zip.subarray(nameStart, nameEnd)))
    throw ambiguous(name, 'differs between the directory and its own header');
  // With this flag the header was written before the sizes were known; they follow the data.
  if ((flags & descriptorFlag) !== 0) return end;
  const local = {
    crc: zip.readUInt32LE(offset + 14),
    ...readLocalSizes(zip, offset, nameEnd, dataStart),
  };
  if (
    local.crc !== crc ||
    local.packedBytes !== packedBytes ||
    local.unpackedBytes !== unpackedBytes
  )
    throw ambiguous(name, 'has other sizes in the directory than in its own header');
  return end;
}

/** The sizes of a local header; tools that plan for large files put them into its zip64 field. */
function readLocalSizes(
  zip: Buffer,
  offset: number,
  extraStart: number,
  extraEnd: number,
): { readonly packedBytes: number; readonly unpackedBytes: number } {
  const packedBytes = zip.readUInt32LE(offset + 18);
  const unpackedBytes = zip.readUInt32LE(offset + 22);
  if (packedBytes !== 0xffffffff || unpackedBytes !== 0xffffffff)
    return { packedBytes, unpackedBytes };
  for (let field = extraStart; field + 4 <= extraEnd;) {
    const size = zip.readUInt16LE(field + 2);
    const content = field + 4;
    if (content + size > extraEnd) break;
    if (zip.readUInt16LE(field) === 0x0001 && size >= 16)
      return {
        unpackedBytes: Number(zip.readBigUInt64LE(content)),
        packedBytes: Number(zip.readBigUInt64LE(content + 8)),
      };
    field = content + size;
  }
  return { packedBytes, unpackedBytes };
}

/** Throws when two entries share bytes: that is how a small zip unpacks to a huge one. */
function assertApart(entries: readonly ZipEntry[]): void {
  const sorted = entries.toSorted((left, right) => left.start - right.start);
  let end = 0;
  for (const entry of sorted) {
    if (entry.start < end)
      throw ambiguous(entry.rawName.toString('utf8'), 'shares its data with another one');
    end = entry.end;
  }
}

function malformed(what: string): IntakeError {
  return new IntakeError(
    'archive-malformed',
    `The zip is damaged: ${what}. Send the file whole and unchanged.`,
  );
}

function ambiguous(name: string, what: string): IntakeError {
  return new IntakeError(
    'archive-ambiguous',
    `The archive's entry ${quote(name)} ${what}. Pack it again.`,
  );
}
