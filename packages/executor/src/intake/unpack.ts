import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ArchiveFile } from './archive.js';

/** Files laid down for a guest. */
export interface UnpackedFiles {
  /** Absolute; `undefined` when there are none. Whoever takes it removes it in the end. */
  readonly folder: string | undefined;
  readonly count: number;
  /** All of them together. */
  readonly bytes: number;
}

/**
 * Writes files below a new folder in `filesFolder`, or only counts them where there is none. Files are read-only; folders are not, so that an
 * owner without privileges can remove them again. After a failure nothing is left behind.
 *
 * @throws IntakeError `archive-malformed`; system errors as they are
 */
export function unpackFiles(
  files: readonly ArchiveFile[],
  filesFolder: string | undefined,
): UnpackedFiles {
  if (filesFolder === undefined)
    return {
      folder: undefined,
      count: files.length,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
    };
  if (files.length === 0) return { folder: undefined, count: 0, bytes: 0 };
  const folder = mkdtempSync(path.join(path.resolve(filesFolder), 'files-'));
  try {
    let bytes = 0;
    const madeFolders = new Set([folder]);
    for (const file of files) {
      // Paths of archive files are safe and distinct, and the folder is new: nothing can be in the way.
      const target = path.join(folder, file.path);
      const parent = path.dirname(target);
      if (!madeFolders.has(parent)) mkdirSync(parent, { recursive: true, mode: 0o755 });
      madeFolders.add(parent);
      writeFileSync(target, file.read(), { flag: 'wx', mode: 0o444 });
      bytes += file.size;
    }
    return { folder, count: files.length, bytes };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
