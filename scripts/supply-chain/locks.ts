// What the lock files say is built in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeFolder, root } from '../native/sources.ts';

const cratesRegistry = 'registry+https://github.com/rust-lang/crates.io-index';

export interface LockedCrate {
  readonly name: string;
  readonly version: string;
  /** `undefined` for our own. */
  readonly source: string | undefined;
  readonly checksum: string | undefined;
}

/** The crates of a `Cargo.lock`. */
export function parseCargoLock(text: string): readonly LockedCrate[] {
  return text
    .split(/^\[\[package\]\]$/m)
    .slice(1)
    .map((part) => {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name} = "(.*)"$`, 'm').exec(part)?.[1];
      const source = field('source');
      const checksum = field('checksum');
      return { name: field('name') ?? '', version: field('version') ?? '', source, checksum };
    });
}

export function readLockedCrates(): readonly LockedCrate[] {
  return parseCargoLock(readFileSync(join(nativeFolder, 'Cargo.lock'), 'utf8'));
}

/** Crates that come from anywhere but the registry, or without a checksum. */
export function crateSourceFaults(crates: readonly LockedCrate[]): readonly string[] {
  return crates.flatMap(({ name, version, source, checksum }) => {
    if (source === undefined) return [];
    if (source !== cratesRegistry) return [`${name} ${version} comes from ${source}`];
    return checksum === undefined ? [`${name} ${version} has no checksum`] : [];
  });
}

interface LockedPackage {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
}

/** Packages of a `package-lock.json` that come from anywhere but the registry, or without a digest. */
export function packageSourceFaults(text: string): readonly string[] {
  const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> };
  return Object.entries(packages).flatMap(([place, { link, resolved, integrity }]) => {
    // Our own: the root, the workspaces, and the links to them.
    if (!place.includes('node_modules/') || link === true) return [];
    if (resolved !== undefined && !/^https:\/\/[^/]+\/.*\.tgz$/.test(resolved))
      return [`${place} comes from ${resolved}`];
    return integrity?.startsWith('sha512-') === true ? [] : [`${place} has no SHA-512 digest`];
  });
}

export function readPackageLock(): string {
  return readFileSync(join(root, 'package-lock.json'), 'utf8');
}
