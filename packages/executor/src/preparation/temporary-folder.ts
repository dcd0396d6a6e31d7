import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const prefix = 'wasmwhisk-';

/**
 * A folder of this process for files of archives. Processes that were killed leave theirs behind:
 * they are swept by the next one that starts.
 */
export class TemporaryFolder {
  #path: Promise<string> | undefined;

  /** Makes the folder at its first use. */
  path(): Promise<string> {
    this.#path ??= createFolder();
    return this.#path;
  }

  async remove(): Promise<void> {
    const made = this.#path;
    this.#path = undefined;
    if (made !== undefined) await removeTree(await made);
  }
}

async function createFolder(): Promise<string> {
  await sweep();
  return mkdtemp(path.join(tmpdir(), `${prefix}${String(process.pid)}-`));
}

async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const match = /^wasmwhisk-(\d+)-/.exec(name);
    if (match?.[1] === undefined || isAlive(Number(match[1]))) continue;
    try {
      await removeTree(path.join(tmpdir(), name));
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

/** Removes a folder of read-only files. */
export async function removeTree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 2 });
}
