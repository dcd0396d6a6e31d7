import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const root: string = join(import.meta.dirname, '..', '..');

/** What tools make, or npm and git bring: never looked at. */
const foreign: ReadonlySet<string> = new Set([
  'node_modules',
  'dist',
  'coverage',
  'target',
  '.git',
  '.cache',
]);

function listFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return foreign.has(entry.name) ? [] : listFiles(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Every file of the project as a path from its root, hidden ones included. */
export const allFiles: readonly string[] = listFiles('').toSorted();

/** AssemblyScript lives beside the guests, looks like TypeScript and is none. */
const guestSource = /^(examples\/|packages\/[^/]+\/guests\/)/;

/** Our TypeScript and JavaScript. */
export const sourceFiles: readonly string[] = allFiles.filter(
  (path) => /\.(ts|mjs|js)$/.test(path) && !guestSource.test(path),
);

const binary = /\.(wasm|zip|gz|tgz|tar|png|bin|cwasm)$/;

export function isText(path: string): boolean {
  return !binary.test(path);
}

/** The text of a file; of a binary one its bytes as Latin-1, in which ASCII can be searched for. */
export function readFile(path: string): string {
  return readFileSync(join(root, path), isText(path) ? 'utf8' : 'latin1');
}

/** Whether a file is a test, or serves tests, builds or measurements alone: it is not shipped. */
export function isTest(path: string): boolean {
  if (path.endsWith('.test.ts')) return true;
  return packageOf(path) === undefined || !/^packages\/[^/]+\/src\//.test(path);
}

/** The package that a file belongs to; `undefined` for files of the root. */
export function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

/** What a file imports or re-exports, as written; types and dynamic imports of literals included. */
export function importsOf(path: string): readonly string[] {
  return ts.preProcessFile(readFile(path), true, true).importedFiles.map((file) => file.fileName);
}

/** The file that a relative import means; a `.js` that was written as `.ts` is found as such. */
export function resolveRelative(importer: string, specifier: string): string {
  const target = relative(root, resolve(root, dirname(importer), specifier));
  const written = target.replace(/\.js$/, '.ts');
  return allFilesSet.has(written) ? written : target;
}

const allFilesSet: ReadonlySet<string> = new Set(allFiles);
