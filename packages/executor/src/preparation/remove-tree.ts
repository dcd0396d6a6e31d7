import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';

/** How often a tree that somebody still writes to is begun anew. */
const attemptsMax = 20;

/**
 * Removes a folder and all below it, also what a guest has made so deep that no path is short enough
 * for the host to name it. Does nothing when it does not exist.
 *
 * @throws system errors as they are
 */
export async function removeTree(folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rm(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (attempt === attemptsMax) throw error;
      // A guest that is just being ended may write between the listing of a folder and its removal.
      if (isCode(error, 'ENOTEMPTY')) await new Promise((resolve) => setTimeout(resolve, 10));
      else if (isCode(error, 'ENAMETOOLONG')) await flatten(folder);
      else throw error;
    }
  }
}

/** Brings every folder below up to the first level, so that no path is longer than three names. */
async function flatten(folder: string): Promise<void> {
  const pending = await foldersIn(folder);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const outer = path.join(folder, name);
    for (const inner of await foldersIn(outer)) {
      const raised = randomUUID();
      await rename(path.join(outer, inner), path.join(folder, raised));
      pending.push(raised);
    }
    for (const entry of await readdir(outer)) await unlink(path.join(outer, entry));
    await rmdir(outer);
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
