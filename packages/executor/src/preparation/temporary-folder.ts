import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rmdir, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FolderLock } from './folder-lock.js';
import { removeTree } from './remove-tree.js';

const prefix = 'wasmwhisk.';

/** What a folder of ours holds: the lock that says that its process lives, and what it is for. */
const lockName = 'lock';
const contentName = 'files';

/** How often making a folder is begun anew because a sweep of another process took it before it was locked. */
const attemptsMax = 20;

interface LockedFolder {
  readonly path: string;
  /** `undefined` where the file system has no locks: then nobody sweeps the folder. */
  readonly lock: FolderLock | undefined;
}

/**
 * A folder of this process alone, under a name that nobody else has had. Processes that were killed
 * leave theirs behind: they are swept by the next one that makes one at the same place.
 *
 * A process lives as long as it holds the lock in its folder. Only a folder whose lock file is there
 * and free is swept; one without a lock file is removed only when it is empty.
 */
export class TemporaryFolder {
  readonly #parent: string;
  #folder: Promise<LockedFolder> | undefined;

  /** `parent` is made when it does not exist. Default: where the system keeps temporary files. */
  constructor(parent: string = tmpdir()) {
    this.#parent = parent;
  }

  /** Makes the folder at its first use. A failure is not kept: there may be room again later. */
  async path(): Promise<string> {
    this.#folder ??= createFolder(this.#parent).catch((error: unknown) => {
      this.#folder = undefined;
      throw error;
    });
    return path.join((await this.#folder).path, contentName);
  }

  async remove(): Promise<void> {
    const made = this.#folder;
    this.#folder = undefined;
    if (made === undefined) return;
    const { path: folder, lock } = await made;
    try {
      await removeLocked(folder);
    } finally {
      lock?.release();
    }
  }
}

async function createFolder(parent: string): Promise<LockedFolder> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await sweep(parent);
  for (let attempt = 1; ; attempt += 1) {
    const folder = await mkdtemp(path.join(parent, prefix));
    const lock = FolderLock.take(path.join(folder, lockName));
    if (!(lock instanceof FolderLock) && !existsSync(folder) && attempt < attemptsMax) continue;
    await mkdir(path.join(folder, contentName), { mode: 0o700 });
    return { path: folder, lock: lock instanceof FolderLock ? lock : undefined };
  }
}

/** Removes what killed processes left. What cannot be removed stays: it is not worth failing for. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    try {
      await sweepFolder(path.join(parent, name));
    } catch {
      // Another process sweeps it at this moment, or it is not as we make them.
    }
  }
}

async function sweepFolder(folder: string): Promise<void> {
  if (!(await isOurs(folder, 'folder'))) return;
  const lockFile = path.join(folder, lockName);
  if (!existsSync(lockFile)) {
    // Its process may be about to make the lock: then it notices and makes another folder.
    await rmdir(folder);
    return;
  }
  if (!(await isOurs(lockFile, 'file'))) return;
  const lock = FolderLock.take(lockFile);
  if (!(lock instanceof FolderLock)) return;
  try {
    await removeLocked(folder);
  } finally {
    lock.release();
  }
}

/** The lock file goes last but one: until then the folder can be swept again. */
async function removeLocked(folder: string): Promise<void> {
  await removeTree(path.join(folder, contentName));
  await unlink(path.join(folder, lockName)).catch(ignoreMissing);
  await rmdir(folder).catch(ignoreMissing);
}

/** Others may put anything into a folder that all users share. */
async function isOurs(place: string, kind: 'folder' | 'file'): Promise<boolean> {
  const stats = await lstat(place);
  if (process.getuid !== undefined && stats.uid !== process.getuid()) return false;
  return kind === 'folder' ? stats.isDirectory() : stats.isFile();
}

function ignoreMissing(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
  throw error;
}
