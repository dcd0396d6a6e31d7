import { spawnSync } from 'node:child_process';
import { addonCrate } from './sources.ts';

function toLibraryName(crate: string): string {
  const name = crate.replaceAll('-', '_');
  if (process.platform === 'win32') return `${name}.dll`;
  return process.platform === 'darwin' ? `lib${name}.dylib` : `lib${name}.so`;
}

/** The file that cargo makes of the addon's crate. */
export const libraryName: string = toLibraryName(addonCrate);

/**
 * Has Node.js load the file, in a process of its own, because a bad one may end it.
 *
 * @returns What Node.js said; `undefined` when it loads.
 */
export function findLoadFault(path: string): string | undefined {
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    ['--eval', 'require(process.argv[1])', path],
    { encoding: 'utf8' },
  );
  return status === 0 ? undefined : `${stderr}${signal ?? ''}`;
}
