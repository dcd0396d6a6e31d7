import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Where `wasmwhisk standalone` keeps everything unless told otherwise: a folder of the user's, as the
 * XDG base directory specification has it, so that what was created is there tomorrow.
 */
export function defaultDataFolder(
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const base = environment['XDG_DATA_HOME'];
  // Relative paths are to be ignored, says the specification.
  if (base !== undefined && path.isAbsolute(base)) return path.join(base, 'wasmwhisk');
  const home = environment['HOME'];
  return path.join(
    home !== undefined && path.isAbsolute(home) ? home : homedir(),
    '.local/share/wasmwhisk',
  );
}
