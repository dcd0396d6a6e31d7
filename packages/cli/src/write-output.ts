import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { CliError, messageOf, systemCode } from './cli-error.js';

/**
 * Writes a file whole or not at all.
 *
 * @throws CliError `WW_ERR_CLI_FILE_UNWRITABLE`
 */
export function writeOutput(file: string, bytes: Uint8Array): void {
  const partial = `${file}.${String(process.pid)}.partial`;
  try {
    writeFileSync(partial, bytes);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw toUnwritableError(file, error);
  }
}

/** The error of a file that should be written. */
export function toUnwritableError(file: string, error: unknown): CliError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'its folder does not exist',
    EACCES: 'this user may not write there',
    EISDIR: 'it is a folder',
    ENOSPC: 'the disk is full',
    EROFS: 'the disk is read-only',
  };
  const reason = reasons[systemCode(error) ?? ''] ?? messageOf(error);
  return new CliError('WW_ERR_CLI_FILE_UNWRITABLE', `${file} cannot be written: ${reason}.`, {
    cause: error,
  });
}
