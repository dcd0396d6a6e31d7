// Crates that their authors took back, as the registry's index tells cargo.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { nativeFolder } from '../native/sources.ts';
import type { Toolchain } from '../native/toolchain.ts';
import type { LockedCrate } from './locks.ts';

/** What cargo keeps of the index for a crate: its versions, each before a line of JSON, between zeros. */
export function readIndexEntry(bytes: Uint8Array): ReadonlyMap<string, boolean> {
  const yanked = new Map<string, boolean>();
  for (const part of Buffer.from(bytes).toString('utf8').split('\0')) {
    if (!part.startsWith('{')) continue;
    const entry = JSON.parse(part) as { vers: string; yanked?: boolean };
    yanked.set(entry.vers, entry.yanked === true);
  }
  return yanked;
}

/** The path of a crate in the index. */
export function indexPath(name: string): string {
  const lower = name.toLowerCase();
  if (lower.length <= 2) return `${String(lower.length)}/${lower}`;
  if (lower.length === 3) return `3/${lower.slice(0, 1)}/${lower}`;
  return `${lower.slice(0, 2)}/${lower.slice(2, 4)}/${lower}`;
}

/** Brings cargo's index up to date. @returns Why it could not, `undefined` when it did. */
export function refreshIndex(toolchain: Toolchain): string | undefined {
  const { status, stderr } = spawnSync(toolchain.cargo, ['update', '--dry-run'], {
    cwd: nativeFolder,
    env: toolchain.environment,
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return `The registry of crates does not answer: ${stderr.trim().replace(/^.*\n/s, '')}`;
}

/** @returns Whether the version was yanked, `undefined` when cargo's copy of the index does not know it. */
function isYanked({ name, version }: LockedCrate, folder: string): boolean | undefined {
  for (const file of globSync(`registry/index/*/.cache/${indexPath(name)}`, { cwd: folder })) {
    const yanked = readIndexEntry(readFileSync(join(folder, file))).get(version);
    if (yanked !== undefined) return yanked;
  }
  return undefined;
}

/** Crates that were yanked, and those that the index does not know. */
export function yankedFaults(crates: readonly LockedCrate[]): readonly string[] {
  const { CARGO_HOME: folder = join(homedir(), '.cargo') } = process.env;
  return crates
    .filter(({ source }) => source !== undefined)
    .flatMap((crate) => {
      const yanked = isYanked(crate, folder);
      if (yanked === false) return [];
      const fault = yanked === true ? 'was yanked' : 'is not in the index';
      return [`${crate.name} ${crate.version} ${fault}`];
    });
}
