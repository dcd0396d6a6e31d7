import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { makeCacheFolder } from '../cache-folder.ts';
import { toolchains, type ToolchainId } from './catalog.ts';
import { listSources, recipes } from './recipes.ts';

const root = join(import.meta.dirname, '../..');

/** What makes other guests of the same sources. */
const makers = ['catalog.ts', 'recipes.ts', 'componentize-js.ts', 'requirements.txt'].map((name) =>
  join(import.meta.dirname, name),
);

/** The guest of a toolchain, or why there is none. */
export type PreparedGuest =
  | { readonly type: 'cached' | 'built'; readonly path: string }
  | { readonly type: 'missing'; readonly reason: string };

/** Outside of the checkout; a guest whose sources, tools or recipe differ has another name. */
function guestPath(id: ToolchainId): string {
  const { tool } = toolchains.find((each) => each.id === id) ?? { tool: '' };
  const hash = createHash('sha256').update(`${id}\n${tool}\n`);
  for (const file of [...makers, ...listSources(recipes[id])])
    hash.update(`${relative(root, file)}\n`).update(readFileSync(file));
  const name = `${id}-${hash.digest('hex').slice(0, 32)}.wasm`;
  return join(makeCacheFolder('toolchain-guests'), name);
}

/**
 * Builds the guest of a toolchain, unless one of the same sources, tools and recipe is there.
 *
 * @throws Error What the toolchain said when it could not.
 */
export async function prepareGuest(id: ToolchainId): Promise<PreparedGuest> {
  const recipe = recipes[id];
  const path = guestPath(id);
  if (existsSync(path)) return { type: 'cached', path };
  const reason = recipe.missing();
  if (reason !== undefined) return { type: 'missing', reason };
  const scratch = mkdtempSync(join(tmpdir(), 'wasmwhisk-toolchain-'));
  const partial = `${path}.${String(process.pid)}.partial`;
  try {
    await recipe.build(partial, scratch);
    // By renaming: a guest that is there is complete.
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
  removeOthers(id, path);
  return { type: 'built', path };
}

const keptMs = 30 * 24 * 3_600_000;

/** Guests of other checkouts stay; those that nobody built for a month go. */
function removeOthers(id: ToolchainId, path: string): void {
  const folder = makeCacheFolder('toolchain-guests');
  const own = new RegExp(`^${id}-[0-9a-f]{32}[.]wasm$`);
  for (const name of readdirSync(folder)) {
    const other = join(folder, name);
    if (!own.test(name) || other === path) continue;
    const modifiedMs = statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - modifiedMs > keptMs) rmSync(other, { force: true });
  }
}
