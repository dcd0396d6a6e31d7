import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeTree } from './remove-tree.js';

const prefix = 'wasmwhisk-';

/**
 * A folder of this process alone, under a name that nobody else has had. Processes that were killed
 * leave theirs behind: they are swept by the next one that makes one at the same place.
 */
export class TemporaryFolder {
  readonly #parent: string;
  #path: Promise<string> | undefined;

  /** `parent` is made when it does not exist. Default: where the system keeps temporary files. */
  constructor(parent: string = tmpdir()) {
    this.#parent = parent;
  }

  /** Makes the folder at its first use. A failure is not kept: there may be room again later. */
  path(): Promise<string> {
    this.#path ??= createFolder(this.#parent).catch((error: unknown) => {
      this.#path = undefined;
      throw error;
    });
    return this.#path;
  }

  async remove(): Promise<void> {
    const made = this.#path;
    this.#path = undefined;
    if (made !== undefined) await removeTree(await made);
  }
}

async function createFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await sweep(parent);
  return mkdtemp(path.join(parent, `${prefix}${String(process.pid)}-`));
}

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const match = /^wasmwhisk-(\d+)-/.exec(name);
    if (match?.[1] === undefined || isAlive(Number(match[1]))) continue;
    try {
      await removeTree(path.join(parent, name));
    } catch {
      // Another user's, or swept by another process at this moment: not ours to remove.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
