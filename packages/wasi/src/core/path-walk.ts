import { constants, lstatSync, readlinkSync } from 'node:fs';
import { WasiError } from './errno.js';
import type { HostDescriptors } from './host-descriptors.js';
import { parsePath } from './path.js';

const { O_DIRECTORY, O_NOFOLLOW } = constants;
/** Linux: a descriptor that only names a place. Node.js does not export the constant. */
const O_PATH = 0o10000000;

/** Most symbolic links followed for one path; Linux's own bound. */
export const linkHopsMax = 40;

/** Deepest place, counted in directories below where the path starts. Each is an open descriptor during the walk. */
export const pathDepthMax = 256;

/** How an entry of an open directory is named for the host. Nothing on the way there can be swapped. */
export function entryPath(directoryFd: number, name: string): string {
  return `/proc/self/fd/${String(directoryFd)}/${name}`;
}

export interface WalkOptions {
  /** Whether a symbolic link as the last component is followed. */
  readonly follow: boolean;
}

/** Where a walk begins: an open directory, and the run that it belongs to. */
export interface WalkRoot {
  readonly fd: number;
  readonly descriptors: HostDescriptors;
}

/**
 * What a walk found: `path` is `entryPath` of an open directory, valid only during the visit, and
 * `name` is one component, or `.` for the directory itself.
 *
 * The entry may be swapped for a symbolic link by others at any moment, so whoever acts on `path`
 * uses calls that do not follow links, or `O_NOFOLLOW`.
 */
export interface Place {
  readonly path: string;
  readonly name: string;
  /** The guest's path says that the entry is a directory. */
  readonly mustBeDirectory: boolean;
}

/**
 * Resolves a guest's path below an open directory and calls `visit` with the place.
 *
 * Node.js has no `openat`, but `/proc/self/fd/N/name` is one: the kernel goes to what descriptor N
 * holds, whatever its path has become. So each component is opened by itself, with `O_NOFOLLOW`,
 * below the one before. Symbolic links are read and walked by us. `..` steps back to the
 * descriptor we came from and not to the parent that the directory has by then: renaming or
 * swapping directories under us cannot lead out.
 *
 * @throws WasiError `EPERM` when the path leads out, `ELOOP`, and those of `parsePath`
 */
export function walkPath<Result>(
  root: WalkRoot,
  path: string,
  options: WalkOptions,
  visit: (place: Place) => Result,
): Result {
  const walk = new PathWalk(root, path);
  try {
    for (;;) {
      const place = walk.advance();
      const { follow } = options;
      if (follow && isLink(place) && walk.followLink(place.name)) continue;
      try {
        return visit(place);
      } catch (error) {
        // The entry became a link after we looked: walk through it, within the same hop limit.
        if (follow && isLoopError(error) && walk.followLink(place.name)) continue;
        throw error;
      }
    }
  } finally {
    walk.close();
  }
}

class PathWalk {
  readonly #root: WalkRoot;
  /** Opened by us, outermost first; the root is not among them. */
  readonly #stack: number[] = [];
  /** Components still to go, next one last. */
  readonly #pending: string[];
  #mustBeDirectory: boolean;
  #hops = 0;

  constructor(root: WalkRoot, path: string) {
    const { components, mustBeDirectory } = parsePath(path);
    this.#root = root;
    this.#pending = components.toReversed();
    this.#mustBeDirectory = mustBeDirectory;
  }

  /** Opens all but the last component. */
  advance(): Place {
    for (;;) {
      const component = this.#pending.pop();
      if (component === undefined) return this.#place('.');
      if (component === '..') this.#leave();
      else if (this.#pending.length === 0) return this.#place(component);
      else this.#enter(component);
    }
  }

  /** Puts the target of a link in its place. `false` when the entry is no link. */
  followLink(name: string): boolean {
    const target = readLink(entryPath(this.#current(), name));
    if (target === undefined) return false;
    this.#hops += 1;
    if (this.#hops > linkHopsMax) throw new WasiError('ELOOP');
    const isLast = this.#pending.length === 0;
    const { components, mustBeDirectory } = parsePath(target);
    if (isLast && mustBeDirectory) this.#mustBeDirectory = true;
    this.#pending.push(...components.toReversed());
    return true;
  }

  close(): void {
    for (const fd of this.#stack) this.#root.descriptors.closeOne(fd);
    this.#stack.length = 0;
  }

  #place(name: string): Place {
    const mustBeDirectory = this.#mustBeDirectory || name === '.';
    return { path: entryPath(this.#current(), name), name, mustBeDirectory };
  }

  #current(): number {
    return this.#stack.at(-1) ?? this.#root.fd;
  }

  #enter(name: string): void {
    if (this.#stack.length >= pathDepthMax) throw new WasiError('ENAMETOOLONG');
    try {
      const flags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
      const path = entryPath(this.#current(), name);
      this.#stack.push(this.#root.descriptors.openPassing(path, flags));
    } catch (error) {
      // With these flags Linux says ENOTDIR of a link too.
      const maybeLink = isCode(error, 'ENOTDIR') || isCode(error, 'ELOOP');
      if (!maybeLink || !this.followLink(name)) throw error;
    }
  }

  #leave(): void {
    const fd = this.#stack.pop();
    if (fd === undefined) throw new WasiError('EPERM', 'The path leads out of its directory.');
    this.#root.descriptors.closeOne(fd);
  }
}

function isLink(place: Place): boolean {
  if (place.name === '.') return false;
  return lstatSync(place.path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** The target of a link, or `undefined` when the entry is none (any more). */
function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (isCode(error, 'EINVAL') || isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isLoopError(error: unknown): boolean {
  return isCode(error, 'ELOOP');
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
