// Whether node_modules holds what package-lock.json says, and the npm command that makes it so.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** @typedef {Record<string, unknown>} Entry */

const dependencyFields = ['dependencies', 'devDependencies', 'optionalDependencies'];

/**
 * @param {string} path
 * @returns {Entry | undefined} `undefined` for a file that is missing or cut off.
 */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
function sortedText(value) {
  return JSON.stringify(Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * npm writes `node_modules/.package-lock.json` last of all, so a record that agrees with the lock file
 * stands for a complete install: no stamp of our own can then disagree with what is there.
 * @param {string} root
 * @returns {boolean}
 */
export function isInstalled(root) {
  const lock = readJson(join(root, 'package-lock.json'));
  const record = readJson(join(root, 'node_modules', '.package-lock.json'));
  if (lock === undefined || record === undefined) return false;
  const wanted = /** @type {Record<string, Entry>} */ (lock['packages'] ?? {});
  const found = /** @type {Record<string, Entry>} */ (record['packages'] ?? {});
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) {
      // A workspace, or the root: its package.json must not have moved on since the lock file was made.
      const manifest = readJson(join(root, path, 'package.json'));
      return dependencyFields.every((field) => {
        return sortedText(manifest?.[field]) === sortedText(entry[field]);
      });
    }
    const installed = found[path];
    // Optional packages for other systems are left out.
    if (installed === undefined) return entry['optional'] === true;
    return (
      installed['version'] === entry['version'] && installed['integrity'] === entry['integrity']
    );
  });
}

/**
 * @param {string} root
 * @returns {{ file: string, args: string[] }}
 */
export function npmCommand(root) {
  const clean = existsSync(join(root, 'package-lock.json'));
  // NODE_ENV=production, or a user's `omit`, would leave out the compiler and the Node.js binary.
  const args = [clean ? 'ci' : 'install', '--include=dev', '--include=optional'];
  args.push('--prefer-offline', '--no-progress');
  const self = process.env['npm_execpath'];
  if (self !== undefined && basename(self).startsWith('npm')) {
    return { file: process.execPath, args: [self, ...args] };
  }
  return { file: 'npm', args };
}
