import { readFileSync } from 'node:fs';
import { toFileError } from './cli-error.js';

/**
 * Reads a file whole; `-` is standard input.
 *
 * @throws CliError `WW_ERR_CLI_FILE_MISSING`
 */
export function readInput(file: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(readFileSync(file === '-' ? 0 : file));
  } catch (error) {
    throw toFileError(file, error);
  }
}
