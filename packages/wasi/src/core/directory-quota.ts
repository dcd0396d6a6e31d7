import { lstatSync, readdirSync, type Dirent, type Stats } from 'node:fs';
import { WasiError } from './errno.js';

/** What an entry costs beside its content, in bytes: about what it takes of a disk. */
export const entryBytes = 4096;

/** After so much growth the directory is measured again: other runs write to it, and this one may have removed. */
const measureEveryBytes = 64 * 1024 * 1024;

/** Linux: `PATH_MAX` without the NUL. */
const pathBytesMax = 4095;

/** A file that is open. */
export interface CountedFile {
  /** Of the file, whether it has a name or not. */
  hostStat: () => Stats;
}

/**
 * How much a directory that a guest was given may hold, all below it, and what the guest has open
 * without a name. Measured when the guest first
 * makes it grow, so that one that only reads pays nothing; growth is counted from there. Runs that
 * write at once know of each other only at the next measuring.
 */
export class DirectoryQuota {
  readonly #hostPath: string;
  readonly #bytesMax: number;
  readonly #open = new Set<CountedFile>();
  #used: number | undefined;
  #grown = 0;

  constructor(hostPath: string, bytesMax: number) {
    this.#hostPath = hostPath;
    this.#bytesMax = bytesMax;
  }

  /** A file of the directory is open from now on. */
  opened(file: CountedFile): void {
    this.#open.add(file);
  }

  /** It is not any more. Idempotent. */
  closed(file: CountedFile): void {
    this.#open.delete(file);
  }

  /** @throws WasiError `EDQUOT` */
  grow(bytes: number): void {
    if (bytes <= 0) return;
    if (this.#used === undefined || this.#grown >= measureEveryBytes) this.#measure();
    if (!this.#fits(bytes)) {
      // Something may have been removed since.
      this.#measure();
      if (!this.#fits(bytes)) throw new WasiError('EDQUOT');
    }
    this.#grown += bytes;
  }

  #fits(bytes: number): boolean {
    return (this.#used ?? 0) + this.#grown + bytes <= this.#bytesMax;
  }

  #measure(): void {
    this.#used = measure(this.#hostPath, this.#bytesMax) + this.#namelessBytes();
    this.#grown = 0;
  }

  /** A file takes its place until it is closed, also when its name was removed. */
  #namelessBytes(): number {
    const seen = new Map<string, number>();
    for (const file of this.#open) {
      const { dev, ino, nlink, size } = file.hostStat();
      if (nlink === 0) seen.set(`${String(dev)} ${String(ino)}`, entryBytes + size);
    }
    return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
  }
}

/** All that lies below, as far as it matters: more than `enough` is not counted to its end. */
function measure(folder: string, enough: number): number {
  let bytes = 0;
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of entriesOf(next) ?? []) {
      const path = `${next}/${entry.name}`;
      bytes += entryBytes;
      // Deeper than any path of the host reaches it cannot be measured: that is full.
      if (Buffer.byteLength(path) > pathBytesMax) return Infinity;
      if (entry.isDirectory()) pending.push(path);
      else bytes += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (bytes > enough) return bytes;
    }
  }
  return bytes;
}

/** `undefined` when another run has removed the folder, or put something else there. */
function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
