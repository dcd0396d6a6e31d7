import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import type { Archive, ArchiveFile } from './archive.js';
import { assertRatio, assertUnzippedSize } from './archive-size.js';
import { EntryTree, quote } from './entry-tree.js';
import { IntakeError, isIntakeError } from './intake-error.js';
import type { IntakeLimits } from './limits.js';

/** What an entry costs in a tar beside its content: headers for itself and its name, and filling. */
const entryOverheadBytes = 4096;

/**
 * Reads a gzip tar. It is unpacked piece by piece and given up as soon as a limit is passed.
 *
 * @throws IntakeError `archive-*`, `entry-name`, `entry-type`
 */
export async function readTar(gzip: Uint8Array, limits: IntakeLimits): Promise<Archive> {
  const tree = new EntryTree(limits);
  const files: ArchiveFile[] = [];
  let contentBytes = 0;
  const reader = extract();
  reader.on('entry', (header, stream, next) => {
    const chunks: Uint8Array[] = [];
    stream.on('data', (chunk) => chunks.push(chunk as Uint8Array));
    stream.on('error', () => undefined); // The reader itself fails with the same error.
    stream.on('end', () => {
      next();
    });
    try {
      const path = takeHeader(header, tree);
      contentBytes += header.size;
      assertUnzippedSize(contentBytes, limits);
      if (path === undefined) return;
      stream.on('end', () => {
        const content = Buffer.concat(chunks);
        files.push({ path, size: content.length, read: () => content });
      });
    } catch (error) {
      reader.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  try {
    await pipeline(Readable.from([gzip]), createGunzip(), bounded(gzip.length, limits), reader);
  } catch (error) {
    if (isIntakeError(error)) throw error;
    throw new IntakeError(
      'archive-malformed',
      `The file is compressed with gzip and holds no whole tar archive (error uncompressing it: ${error instanceof Error ? error.message : String(error)}). Send a .tar.gz file, whole and unchanged.`,
      { cause: error },
    );
  }
  return files;
}

/** Passes on what was unpacked until it is too much. */
function bounded(
  packedBytes: number,
  limits: IntakeLimits,
): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer, void, undefined> {
  return async function* (chunks) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      assertUnzippedSize(bytes - limits.entries * entryOverheadBytes, limits);
      assertRatio(packedBytes, bytes, limits);
      yield chunk;
    }
  };
}

/** @returns the path of a file; `undefined` for a folder */
function takeHeader({ name, type }: Header, tree: EntryTree): string | undefined {
  switch (type) {
    case 'file':
    case 'contiguous-file':
      return tree.addFile(name);
    case 'directory':
      tree.addFolder(name);
      return undefined;
    case 'symlink':
    case 'link':
      throw new IntakeError(
        'entry-type',
        `The archive's entry ${quote(name)} is a link. Pack the file it points to (tar --dereference --hard-dereference).`,
      );
    default:
      throw new IntakeError(
        'entry-type',
        `The archive's entry ${quote(name)} is neither a file nor a folder.`,
      );
  }
}
