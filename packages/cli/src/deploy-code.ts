import { readFileSync, statSync } from 'node:fs';
import { toFileError } from './cli-error.js';
import { listPackFiles } from './pack-files.js';
import { writeZip } from './zip-writer.js';

/** Beginnings of archives: zip, and gzip. */
const archives: readonly (readonly number[])[] = [
  [0x50, 0x4b],
  [0x1f, 0x8b],
];

/**
 * Code as it is uploaded: an archive as it is, anything else packed into a zip.
 *
 * @throws CliError `WW_ERR_CLI_FILE_MISSING`, `WW_ERR_CLI_FILE_INVALID`
 */
export function readDeployCode(source: string): Buffer {
  return readArchive(source) ?? writeZip(listPackFiles(source));
}

function readArchive(source: string): Buffer | undefined {
  try {
    if (statSync(source).isDirectory()) return undefined;
    const bytes = readFileSync(source);
    return archives.some((magic) => magic.every((byte, index) => bytes[index] === byte))
      ? bytes
      : undefined;
  } catch (error) {
    throw toFileError(source, error);
  }
}
