import { IntakeError } from './intake-error.js';
import type { IntakeLimits } from './limits.js';

type NameLimits = Pick<IntakeLimits, 'nameBytes' | 'depth' | 'entries'>;

/** Longest part of a path that file systems take, in bytes. */
const partBytesMax = 255;

/**
 * The names of an archive's entries: makes each safe and normal, and refuses those that two readers
 * could understand differently. Counts the folders that names imply, which is what makes a small
 * archive large in memory.
 */
export class EntryTree {
  readonly #limits: NameLimits;
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  constructor(limits: NameLimits) {
    this.#limits = limits;
  }

  /** @returns the file's path @throws IntakeError `entry-name`, `archive-ambiguous`, `archive-limit` */
  addFile(name: string): string {
    const parts = this.#parse(name);
    if (parts.length === 0) throw nameError(name, 'names no file');
    const path = parts.join('/');
    if (this.#files.has(path) || this.#folders.has(path)) throw twice(path);
    this.#addFolders(parts.slice(0, -1));
    this.#files.add(path);
    this.#assertCount();
    return path;
  }

  /** A folder may be named again: tools do so, and nothing depends on it. */
  addFolder(name: string): void {
    this.#addFolders(this.#parse(name));
  }

  #addFolders(parts: readonly string[]): void {
    let path = '';
    for (const part of parts) {
      path = path === '' ? part : `${path}/${part}`;
      if (this.#files.has(path)) throw twice(path);
      this.#folders.add(path);
      this.#assertCount();
    }
  }

  #assertCount(): void {
    const count = this.#files.size + this.#folders.size;
    if (count > this.#limits.entries) throw tooManyEntries(count, this.#limits.entries);
  }

  #parse(name: string): readonly string[] {
    const length = Buffer.byteLength(name);
    if (length > this.#limits.nameBytes)
      throw nameError(name, `is longer than ${String(this.#limits.nameBytes)} bytes`);
    if (/[\u0000-\u001f\u007f]/.test(name)) throw nameError(name, 'holds a control character');
    if (name.includes('\\')) throw nameError(name, 'holds a backslash; folders are separated by /');
    if (name.startsWith('/') || /^[a-z]:/i.test(name)) throw nameError(name, 'is absolute');
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) throw nameError(name, 'leads out of the archive');
    if (parts.length > this.#limits.depth)
      throw nameError(name, `is deeper than ${String(this.#limits.depth)} folders`);
    if (parts.some((part) => Buffer.byteLength(part) > partBytesMax))
      throw nameError(name, `has a part longer than ${String(partBytesMax)} bytes`);
    return parts;
  }
}

export function tooManyEntries(count: number, most: number): IntakeError {
  return new IntakeError(
    'archive-limit',
    `The archive has too many entries: ${String(count)} with the folders they imply, and at most ${String(most)} are taken. Pack only what the action needs.`,
  );
}

function twice(path: string): IntakeError {
  return new IntakeError(
    'archive-ambiguous',
    `The archive holds ${quote(path)} twice, or as a file and as a folder. Pack it again from an empty file.`,
  );
}

function nameError(name: string, what: string): IntakeError {
  return new IntakeError('entry-name', `The archive's entry ${quote(name)} ${what}.`);
}

/** A name for a message: quoted, escaped, and not longer than a message should be. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}...` : name);
}
