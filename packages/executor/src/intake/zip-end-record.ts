import { IntakeError } from './intake-error.js';

/** Where the central directory of a zip is, and how much is in it. */
export interface ZipEndRecord {
  /** Offset of the first entry of the central directory. */
  readonly directoryStart: number;
  /** Offset behind the last one, which is where this record begins. */
  readonly directoryEnd: number;
  readonly entries: number;
}

const recordBytes = 22;
const commentBytesMax = 0xffff;
const endSignature = 0x06054b50;
const zip64LocatorSignature = 0x07064b50;
const zip64RecordSignature = 0x06064b50;
/** How far before the end record readers look for zip64 records. */
const zip64SearchBytes = 56;

/**
 * Finds the record at a zip's end. There must be one way to read it: the record's comment ends
 * where the file ends, the directory ends where the record begins, and no second record is in sight.
 *
 * @throws IntakeError `archive-malformed`, `archive-ambiguous`, `archive-unsupported`
 */
export function readZipEndRecord(zip: Buffer): ZipEndRecord {
  const offset = findLast(zip);
  if (offset + recordBytes + zip.readUInt16LE(offset + 20) !== zip.length)
    throw new IntakeError(
      'archive-ambiguous',
      'The zip does not end where its end record says: it is cut off, or something was appended.',
    );
  const disk = zip.readUInt16LE(offset + 4);
  const directoryDisk = zip.readUInt16LE(offset + 6);
  const entriesHere = zip.readUInt16LE(offset + 8);
  const entries = zip.readUInt16LE(offset + 10);
  const size = zip.readUInt32LE(offset + 12);
  const start = zip.readUInt32LE(offset + 16);
  if (entries === 0xffff || size === 0xffffffff || start === 0xffffffff || hasZip64(zip, offset))
    throw new IntakeError(
      'archive-unsupported',
      'The zip is in the zip64 format, for archives above 4 GiB or 65,534 files. Pack it without zip64.',
    );
  if (disk !== 0 || directoryDisk !== 0 || entriesHere !== entries)
    throw new IntakeError(
      'archive-unsupported',
      'The zip is one of several volumes. Pack it as one file.',
    );
  if (start + size !== offset)
    throw new IntakeError(
      'archive-malformed',
      `The zip is damaged: its directory should end at byte ${String(offset)} and ends at ${String(start + size)}. Send the file whole and unchanged.`,
    );
  return { directoryStart: start, directoryEnd: offset, entries };
}

/** The last end record, which is the one that every reader finds. */
function findLast(zip: Buffer): number {
  const least = Math.max(0, zip.length - recordBytes - commentBytesMax);
  for (let offset = zip.length - recordBytes; offset >= least; offset -= 1)
    if (zip[offset] === 0x50 && zip.readUInt32LE(offset) === endSignature) return offset;
  throw new IntakeError(
    'archive-malformed',
    'The zip has no end record: it is cut off. Send the file whole.',
  );
}

function hasZip64(zip: Buffer, end: number): boolean {
  for (let offset = Math.max(0, end - zip64SearchBytes); offset < end; offset += 1) {
    const signature = zip.readUInt32LE(offset);
    if (signature === zip64LocatorSignature || signature === zip64RecordSignature) return true;
  }
  return false;
}
