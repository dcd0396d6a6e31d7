import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, rename, rm, rmdir, unlink, type FileHandle } from 'node:fs/promises';

/** How often entries that somebody still changes are tried again, all together, and how long to wait before, in milliseconds. */
const retriesMax = 200;
const retryMs = 10;

/** Deepest folder that is emptied where it is; each on the way is an open descriptor. Deeper ones are moved to the top first. */
const depthMax = 32;

/**
 * Removes a folder and all below it, also what a guest has made so deep that no path is short enough
 * for the host to name it. Does nothing when it does not exist.
 *
 * On Linux nothing outside is touched, whoever swaps folders for links meanwhile: each folder is opened
 * without following a link, and its entries are named below its descriptor, where the kernel looks for
 * them whatever the path has become. Elsewhere Node.js has no such names, and `rm` goes by path.
 *
 * @throws system errors as they are
 */
export async function removeTree(folder: string): Promise<void> {
  if (process.platform === 'linux') await new TreeRemoval().removeEntry(Buffer.from(folder), 0);
  else await rm(folder, { recursive: true, force: true, maxRetries: 20 });
}

class TreeRemoval {
  #retries = 0;
  /** The outermost folder, while it is open. */
  #top: FileHandle | undefined;
  /** Folders were moved to the top since it was listed. */
  #raised = false;

  /** Removes one entry, whatever it is, and whatever it becomes meanwhile. */
  async removeEntry(place: Buffer, depth: number): Promise<void> {
    for (;;) {
      const folder = await openFolder(place);
      try {
        if (folder === undefined) {
          await unlink(place);
          return;
        }
        await this.#empty(folder, depth);
        await rmdir(place);
        return;
      } catch (error) {
        if (isCode(error, 'ENOENT')) return;
        const isChanged = ['EISDIR', 'ENOTDIR', 'ENOTEMPTY'].some((code) => isCode(error, code));
        this.#retries += 1;
        if (!isChanged || this.#retries > retriesMax) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      } finally {
        await folder?.close();
      }
    }
  }

  async #empty(folder: FileHandle, depth: number): Promise<void> {
    if (depth === 0) this.#top = folder;
    do {
      if (depth === 0) this.#raised = false;
      const options = { withFileTypes: true, encoding: 'buffer' } as const;
      for (const entry of await readdir(below(folder), options)) {
        const place = below(folder, entry.name);
        if (!entry.isDirectory()) await this.#removeFile(place, depth);
        else if (depth < depthMax) await this.removeEntry(place, depth + 1);
        else await this.#raise(place);
      }
    } while (depth === 0 && this.#raised);
  }

  async #removeFile(place: Buffer, depth: number): Promise<void> {
    try {
      await unlink(place);
    } catch (error) {
      if (!isCode(error, 'EISDIR')) throw error;
      await this.removeEntry(place, depth + 1);
    }
  }

  async #raise(place: Buffer): Promise<void> {
    if (this.#top === undefined) return;
    await rename(place, below(this.#top, Buffer.from(randomUUID())));
    this.#raised = true;
  }
}

/** `undefined` for all that is not a folder, a link to one included. */
async function openFolder(place: Buffer): Promise<FileHandle | undefined> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  try {
    return await open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR') || isCode(error, 'ELOOP'))
      return undefined;
    throw error;
  }
}

/** An entry of an open folder, or the folder itself. */
function below({ fd }: FileHandle, name: Buffer = Buffer.from('.')): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${String(fd)}/`), name]);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
