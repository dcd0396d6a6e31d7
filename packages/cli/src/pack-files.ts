import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { CliError, toFileError } from './cli-error.js';
import type { ZipFile } from './zip-writer.js';

/**
 * The files that go into an archive: one file under its own name, or all of a folder in the order of
 * their names. What begins with a dot is left out.
 *
 * @throws CliError `WW_ERR_CLI_FILE_MISSING`, `WW_ERR_CLI_FILE_INVALID`
 */
export function listPackFiles(source: string): readonly ZipFile[] {
  const found = stat(source);
  if (found.isDirectory()) {
    const files = [...walk(source, '')];
    if (files.length === 0)
      throw new CliError('WW_ERR_CLI_FILE_INVALID', `The folder ${source} holds no files.`);
    return files;
  }
  const bytes = read(source);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw new CliError('WW_ERR_CLI_FILE_INVALID', `${source} is a zip already.`, {
      hint: `Look into it with 'wasmwhisk inspect ${source}'.`,
    });
  return [{ path: path.basename(source), bytes }];
}

function stat(file: string): ReturnType<typeof statSync> & object {
  try {
    return statSync(file);
  } catch (error) {
    throw toFileError(file, error);
  }
}

function* walk(folder: string, prefix: string): Generator<ZipFile> {
  for (const entry of list(folder)) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(file, `${prefix}${entry.name}/`);
    else if (entry.isFile()) yield { path: `${prefix}${entry.name}`, bytes: read(file) };
    else
      throw new CliError(
        'WW_ERR_CLI_FILE_INVALID',
        `${file} is ${entry.isSymbolicLink() ? 'a link' : 'no file'}; archives hold files only.`,
        { hint: 'Copy what it stands for into its place.' },
      );
  }
}

/** By code point and not by language: equal folders make equal archives everywhere. */
function list(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((first, second) =>
      Buffer.compare(Buffer.from(first.name), Buffer.from(second.name)),
    );
  } catch (error) {
    throw toFileError(folder, error);
  }
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw toFileError(file, error);
  }
}
