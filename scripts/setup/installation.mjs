// Whether node_modules holds what package-lock.json says, and the npm command that makes it so.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** @typedef {Record<string, unknown>} Entry */

const unfinishedMark = '.unfinished-install';
const dependencyFields = ['dependencies', 'devDependencies', 'optionalDependencies'];

/**
 * @param {string} path
 * @returns {Entry | undefined} `undefined` for a file that is missing or cut off.
 */
function readJson(path) {
  try {
    const content = /** @type {unknown} */ (JSON.parse(readFileSync(path, 'utf8')));
    return /** @type {Entry} */ (content);
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
function sortedText(value) {
  return JSON.stringify(Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Whether an `os`, `cpu` or `libc` field admits a value.
 * @param {unknown} field
 * @param {string} value
 */
function admits(field, value) {
  return field === undefined || (Array.isArray(field) ? field.includes(value) : field === value);
}

/**
 * npm leaves out what nothing asks for and optional packages for other systems, which is right, and
 * optional packages of this system when the Node.js that runs npm is too old for them, which is not: they
 * are meant for the Node.js that npm brings.
 * @param {Entry} entry
 */
function isNeededHere(entry) {
  if (entry['extraneous'] === true) return false;
  if (entry['optional'] !== true) return true;
  if (entry['os'] === undefined) return false;
  return (
    admits(entry['os'], process.platform) &&
    admits(entry['cpu'], process.arch) &&
    (process.platform !== 'linux' || admits(entry['libc'], libc()))
  );
}

function libc() {
  const report = /** @type {{ header: Record<string, unknown> }} */ (process.report.getReport());
  return report.header['glibcVersionRuntime'] === undefined ? 'musl' : 'glibc';
}

/**
 * Judged by npm's own record, `node_modules/.package-lock.json`, which it writes last of all: a stamp of
 * ours could disagree with what is there, and an install made by hand counts too.
 * @param {string} root
 * @returns {boolean}
 */
export function isInstalled(root) {
  if (existsSync(join(root, 'node_modules', unfinishedMark))) return false;
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
    if (installed === undefined) return !isNeededHere(entry);
    return (
      installed['version'] === entry['version'] && installed['integrity'] === entry['integrity']
    );
  });
}

/**
 * npm trusts any package.json that it finds, also one in a folder that it had not finished unpacking. So a
 * mark stands in node_modules while npm works, and what an interrupted install left is removed first.
 * @param {string} root
 */
export function beginInstall(root) {
  const folder = join(root, 'node_modules');
  if (existsSync(join(folder, unfinishedMark))) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, unfinishedMark), '');
}

/** @param {string} root */
export function endInstall(root) {
  rmSync(join(root, 'node_modules', unfinishedMark), { force: true });
}

/**
 * The npm that started us, run by a Node.js of choice.
 *
 * `npm install` and not `npm ci`: the latter refuses a lock file without the optional packages of other
 * systems, and a registry that lacks some of those makes exactly such a lock file. `--no-save` leaves the
 * lock file as it is, and `isInstalled` holds the outcome against it, version and digest of each package.
 * @param {string} node
 * @returns {{ file: string, args: string[] }}
 */
export function npmCommand(node) {
  // NODE_ENV=production, or a user's `omit`, would leave out the compiler and the Node.js binary.
  const args = ['install', '--no-save', '--include=dev', '--include=optional'];
  args.push('--prefer-offline', '--no-progress');
  const self = process.env['npm_execpath'];
  if (self !== undefined && basename(self).startsWith('npm')) {
    return { file: node, args: [self, ...args] };
  }
  return { file: 'npm', args };
}
