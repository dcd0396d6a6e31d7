import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { addonCrate, nativeFolder } from './sources.ts';
import type { Toolchain } from './toolchain.ts';

/** A crate of others that is linked into the binary. */
export interface LinkedCrate {
  readonly name: string;
  readonly version: string;
  /** SPDX expression; empty where the manifest has none. */
  readonly licence: string;
  /** Where its sources lie. */
  readonly folder: string;
}

/** What we read of `cargo metadata`. */
interface Metadata {
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly license: string | null;
    readonly manifest_path: string;
    /** `null` for our own. */
    readonly source: string | null;
  }[];
}

function runCargo(toolchain: Toolchain, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(toolchain.cargo, args, {
    cwd: nativeFolder,
    env: toolchain.environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`cargo ${args[0] ?? ''} failed:\n${stderr}`);
  return stdout;
}

/**
 * `name version` of all that the addon's crate reaches, without what only builds or tests use, and without
 * macros, which leave the code of whoever calls them. Asked of `cargo tree`, because `cargo metadata`
 * knows the features of the whole workspace only, with those that the fuzzer turns on.
 */
function readReached(toolchain: Toolchain, triple: string): ReadonlySet<string> {
  const output = runCargo(toolchain, [
    ...['tree', '--locked', '--package', addonCrate, '--target', triple],
    ...['--edges', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}'],
  ]);
  const lines = output.split('\n').filter((line) => line !== '');
  return new Set(lines.map((line) => /^(\S+) v(\S+)/.exec(line)?.slice(1).join(' ') ?? line));
}

/** The crates that are linked into the binary for a system, by name and version. */
export function readLinkedCrates(toolchain: Toolchain, triple: string): readonly LinkedCrate[] {
  const reached = readReached(toolchain, triple);
  const { packages } = JSON.parse(
    runCargo(toolchain, [
      ...['metadata', '--locked', '--format-version', '1', '--filter-platform', triple],
    ]),
  ) as Metadata;
  return packages
    .filter(({ name, version, source }) => source !== null && reached.has(`${name} ${version}`))
    .map(({ name, version, license, manifest_path }) => ({
      name,
      version,
      licence: license ?? '',
      folder: dirname(manifest_path),
    }))
    .toSorted((a, b) => {
      const [left, right] = [`${a.name} ${a.version}`, `${b.name} ${b.version}`];
      return left < right ? -1 : left > right ? 1 : 0;
    });
}
