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
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly license: string | null;
    readonly manifest_path: string;
    /** `null` for our own. */
    readonly source: string | null;
    readonly targets: readonly { readonly kind: readonly string[] }[];
  }[];
  readonly resolve: {
    readonly nodes: readonly {
      readonly id: string;
      readonly deps: readonly {
        readonly pkg: string;
        readonly dep_kinds: readonly { readonly kind: string | null }[];
      }[];
    }[];
  };
}

function readMetadata(toolchain: Toolchain, triple: string): Metadata {
  const { status, stdout, stderr } = spawnSync(
    toolchain.cargo,
    ['metadata', '--locked', '--format-version', '1', '--filter-platform', triple],
    { cwd: nativeFolder, env: toolchain.environment, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`cargo metadata failed:\n${stderr}`);
  return JSON.parse(stdout) as Metadata;
}

/**
 * The crates that are linked into the binary for a system, by name and version: what the addon's crate
 * reaches, without what only its build or its tests use, and without macros, which leave the code of
 * whoever calls them.
 */
export function readLinkedCrates(toolchain: Toolchain, triple: string): readonly LinkedCrate[] {
  const { packages, resolve } = readMetadata(toolchain, triple);
  const packageById = new Map(packages.map((one) => [one.id, one]));
  const nodeById = new Map(resolve.nodes.map((node) => [node.id, node]));
  const reached = new Set<string>();
  const visit = (id: string): void => {
    const found = packageById.get(id);
    if (reached.has(id) || found === undefined) return;
    if (found.targets.some(({ kind }) => kind.includes('proc-macro'))) return;
    reached.add(id);
    for (const { pkg, dep_kinds } of nodeById.get(id)?.deps ?? []) {
      if (dep_kinds.some(({ kind }) => kind === null)) visit(pkg);
    }
  };
  const addon = packages.find(({ name, source }) => name === addonCrate && source === null);
  if (addon === undefined) throw new Error(`there is no crate ${addonCrate}`);
  visit(addon.id);
  return packages
    .filter(({ id, source }) => reached.has(id) && source !== null)
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
