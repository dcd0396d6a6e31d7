import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { makeCacheFolder } from '../cache-folder.ts';

const requirementsFile = join(import.meta.dirname, 'requirements.txt');
const requirements = readFileSync(requirementsFile, 'utf8');

/** The version to which a package of PyPI is pinned. */
export function pinnedVersion(name: string): string {
  const version = new RegExp(`^${name}==(\\S+)`, 'm').exec(requirements)?.[1];
  if (version === undefined) throw new Error(`requirements.txt does not list ${name}`);
  return version;
}

/** Where the packages are, or would be: a folder for each content of the list. */
function toolsFolder(): string {
  const digest = createHash('sha256').update(requirements).digest('hex').slice(0, 16);
  return join(makeCacheFolder('python-tools'), digest);
}

/** The toolchains that PyPI carries, as they are installed here. */
export interface PythonTools {
  readonly folder: string;
  /** An environment in which `python3` finds the packages and a shell their programs. */
  readonly environment: NodeJS.ProcessEnv;
}

/** @returns What is installed; or in one line why nothing is. Never asks PyPI. */
export function findPythonTools(): PythonTools | { readonly reason: string } {
  const folder = toolsFolder();
  if (!existsSync(folder))
    return { reason: 'not installed; `node scripts/provision.ts` gets it from PyPI' };
  const path = process.env['PATH'] ?? '';
  return {
    folder,
    environment: {
      ...process.env,
      PYTHONPATH: folder,
      PATH: [join(folder, 'bin'), path].join(delimiter),
    },
  };
}

/**
 * Installs the packages of the list from PyPI, held against their digests.
 *
 * @returns What went wrong, or `undefined`.
 */
export function installPythonTools(): string | undefined {
  const folder = toolsFolder();
  if (existsSync(folder)) return undefined;
  // By renaming: a folder that is there is complete.
  const partial = mkdtempSync(`${folder}.partial-`);
  const { status, error } = spawnSync(
    'python3',
    [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'],
      ...['--only-binary=:all:', '--require-hashes', '--target', partial],
      ...['--requirement', requirementsFile],
    ],
    { stdio: ['ignore', 2, 2] },
  );
  try {
    if (status === 0) renameSync(partial, folder);
  } catch (cause) {
    // Another process was quicker.
    if (!existsSync(folder)) throw cause;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  if (status === 0) return undefined;
  return error?.message ?? `python3 -m pip ended with ${String(status)}`;
}
