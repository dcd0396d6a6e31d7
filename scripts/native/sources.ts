import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root: string = join(import.meta.dirname, '..', '..');
/** The package that the native engine belongs to. */
export const packageFolder: string = join(root, 'packages', 'runtime-wasmtime');
/** The Rust workspace. */
export const nativeFolder: string = join(packageFolder, 'native');
/** Where the loader looks for what was built here. */
export const binaryFolder: string = join(packageFolder, 'dist', 'native');
/** The crate that becomes the binary. */
export const addonCrate = 'wasmwhisk-addon';

/** What does not get into the binary: output, the fuzzer, and pages. */
const foreign: ReadonlySet<string> = new Set(['target', 'fuzz', 'corpus', 'README.md']);

function listFiles(folder: string, under: string): readonly string[] {
  return readdirSync(join(folder, under), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = under === '' ? entry.name : `${under}/${entry.name}`;
      if (foreign.has(entry.name)) return [];
      return entry.isDirectory() ? listFiles(folder, path) : [path];
    });
}

/**
 * A digest of all sources and of the lock file. Contents and paths count, and times do not: a fresh clone
 * has the same digest.
 */
export function digestSources(folder: string): string {
  const hash = createHash('sha256');
  for (const path of listFiles(folder, '')) {
    const content = readFileSync(join(folder, path));
    hash.update(`${path}\0${String(content.length)}\0`).update(content);
  }
  return hash.digest('hex');
}

export function digestFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
