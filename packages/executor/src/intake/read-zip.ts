import AdmZip from 'adm-zip';
import type { Archive, ArchiveFile } from './archive.js';
import { quote } from './entry-tree.js';
import { IntakeError } from './intake-error.js';
import type { IntakeLimits } from './limits.js';
import { scanZip } from './scan-zip.js';

/** Left by macOS beside every file: no file of the action's. */
const macFolder = '__MACOSX/';

/**
 * Opens a zip. Files are unpacked when they are read, one at a time.
 *
 * @throws IntakeError as `scanZip`
 */
export function readZip(bytes: Uint8Array, limits: IntakeLimits): Archive {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const scanned = scanZip(zip, limits);
  const opened = openZip(zip);
  return scanned.flatMap(({ path, rawName, unpackedBytes }, index): ArchiveFile[] => {
    if (path === undefined || path.startsWith(macFolder)) return [];
    const entry = opened[index];
    // Both read the same directory in the same order. Should they ever not, nothing of it is used.
    if (!entry?.rawEntryName.equals(rawName))
      throw new IntakeError(
        'archive-ambiguous',
        `The archive's entry ${quote(path)} can be read in two ways. Pack it again.`,
      );
    return [{ path, size: unpackedBytes, read: () => unpack(entry, path, unpackedBytes) }];
  });
}

function openZip(zip: Buffer): readonly AdmZip.IZipEntry[] {
  try {
    return new AdmZip(zip, { noSort: true, readEntries: true }).getEntries();
  } catch (error) {
    throw new IntakeError('archive-malformed', `The zip cannot be read: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
}

function unpack(entry: AdmZip.IZipEntry, path: string, size: number): Uint8Array {
  let data: Buffer;
  try {
    // Checks the checksum, and never makes more bytes than the directory declares.
    data = entry.getData();
  } catch (error) {
    throw new IntakeError(
      'archive-malformed',
      `The archive's entry ${quote(path)} cannot be unpacked (error uncompressing it: ${reasonOf(error)}). Send the file whole and unchanged.`,
      { cause: error },
    );
  }
  if (data.length !== size)
    throw new IntakeError(
      'archive-malformed',
      `The archive's entry ${quote(path)} unpacks to ${String(data.length)} bytes, and ${String(size)} are announced.`,
    );
  return data;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
