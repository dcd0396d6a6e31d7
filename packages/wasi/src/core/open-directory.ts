import {
  constants,
  fstatSync,
  fsyncSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { WasiError } from './errno.js';
import {
  fileTypeOf,
  toFileStat,
  toHostTimes,
  type FileStat,
  type FileType,
  type NewTimes,
} from './file-stat.js';
import { entryBytes, type DirectoryQuota } from './directory-quota.js';
import type { HostDescriptors } from './host-descriptors.js';
import { OpenFile } from './open-file.js';
import { parsePath } from './path.js';
import { entryPath, walkPath, type Place, type WalkOptions, type WalkRoot } from './path-walk.js';

const {
  O_APPEND,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} = constants;

/** What a guest may do in a directory that it was given. */
export type DirectoryAccess = 'read-only' | 'read-write';

export interface OpenOptions extends WalkOptions {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
  readonly create: boolean;
  /** With `create`: fail when it exists. */
  readonly exclusive: boolean;
  readonly truncate: boolean;
  /** Fail when it is no directory. */
  readonly directory: boolean;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly type: FileType;
}

/**
 * A directory of the host that a guest has open, and the root of every path given with it: no path,
 * no link and no rename leads out (`walkPath` says how). What changes anything fails with `EPERM`
 * in a read-only directory. Everything throws `WasiError` or an error of `node:fs`; see `toErrno`.
 */
export class OpenDirectory {
  readonly kind = 'directory';
  readonly access: DirectoryAccess;
  readonly #descriptors: HostDescriptors;
  readonly #fd: number;
  readonly #quota: DirectoryQuota | undefined;

  /** Takes over `fd`, which is one of `descriptors`. */
  constructor(
    descriptors: HostDescriptors,
    fd: number,
    access: DirectoryAccess,
    quota?: DirectoryQuota,
  ) {
    this.#descriptors = descriptors;
    this.#fd = fd;
    this.access = access;
    this.#quota = quota;
  }

  get mayChange(): boolean {
    return this.access === 'read-write';
  }

  /** Opens a file or a directory below. */
  openAt(path: string, options: OpenOptions): OpenFile | OpenDirectory {
    if (options.write || options.create || options.truncate) this.#assertMayChange();
    // What is made anew takes the place of no link, not even of one that leads nowhere.
    const follow = options.follow && !(options.create && options.exclusive);
    return walkPath(this.#root(), path, slashFollows(path, { follow }), (place) =>
      this.#open(place, options),
    );
  }

  statAt(path: string, options: WalkOptions): FileStat {
    return walkPath(this.#root(), path, slashFollows(path, options), statPlace);
  }

  setTimesAt(path: string, options: WalkOptions, times: NewTimes): void {
    this.#assertMayChange();
    walkPath(this.#root(), path, slashFollows(path, options), (place) => {
      if (place.mustBeDirectory) statPlace(place);
      lutimesSync(place.path, ...toHostTimes(times, () => statPlace(place)));
    });
  }

  createDirectoryAt(path: string): void {
    this.#assertMayChange();
    this.#visit(path, (place) => {
      this.#quota?.grow(entryBytes);
      mkdirSync(place.path);
    });
  }

  removeDirectoryAt(path: string): void {
    this.#assertMayChange();
    this.#visit(path, (place) => {
      if (place.name === '.') throw new WasiError('EINVAL');
      rmdirSync(place.path);
    });
  }

  unlinkFileAt(path: string): void {
    this.#assertMayChange();
    this.#visit(path, (place) => {
      assertNoSlash(place);
      unlinkSync(place.path);
    });
  }

  readLinkAt(path: string): string {
    return this.#visit(path, (place) => {
      if (place.mustBeDirectory) throw new WasiError('EINVAL');
      return readlinkSync(place.path);
    });
  }

  /** Makes a link with this target, which is followed only as far as it stays inside. */
  createLinkAt(target: string, path: string): void {
    this.#assertMayChange();
    // Checks the target's form: a link that leads out by its first character is not even made.
    parsePath(target);
    this.#visit(path, (place) => {
      if (place.mustBeDirectory) this.#refuseSlash(path, 'EEXIST');
      this.#quota?.grow(entryBytes);
      symlinkSync(target, place.path);
    });
  }

  /** Gives a file a second name, possibly below another directory. Both must be read-write. */
  linkAt(path: string, to: OpenDirectory, toPath: string): void {
    this.#assertMayChange();
    to.#assertMayChange();
    this.#visit(path, (place) => {
      if (place.mustBeDirectory) this.#refuseSlash(path, 'EPERM');
      to.#visit(toPath, (toPlace) => {
        if (toPlace.mustBeDirectory) to.#refuseSlash(toPath, 'EEXIST');
        to.#quota?.grow(entryBytes + Number(statPlace(place).size));
        linkSync(place.path, toPlace.path);
      });
    });
  }

  renameAt(path: string, to: OpenDirectory, toPath: string): void {
    this.#assertMayChange();
    to.#assertMayChange();
    // Nobody knows how much it would take there. Guests know this error from other file systems and copy.
    if (to.#quota !== undefined && to.#quota !== this.#quota) throw new WasiError('EXDEV');
    this.#visit(path, (place) => {
      if (place.mustBeDirectory && statPlace(place).type !== 'directory')
        throw new WasiError('ENOTDIR');
      to.#visit(toPath, (toPlace) => {
        if (toPlace.mustBeDirectory && statPlace(place).type !== 'directory')
          throw new WasiError('ENOTDIR');
        renameSync(place.path, toPlace.path);
      });
    });
  }

  /**
   * Lists the entries without `.` and `..`. Names that are no UTF-8 are left out: a guest could not
   * name them.
   */
  readEntries(): DirectoryEntry[] {
    const entries = readdirSync(entryPath(this.#fd, '.'), {
      withFileTypes: true,
      encoding: 'buffer',
    });
    return entries.flatMap((entry) => {
      const name = entry.name.toString('utf8');
      return Buffer.from(name).equals(entry.name) ? [{ name, type: fileTypeOf(entry) }] : [];
    });
  }

  stat(): FileStat {
    return toFileStat(fstatSync(this.#fd, { bigint: true }));
  }

  /** @throws WasiError `EPERM` where read-only */
  setTimes(times: NewTimes): void {
    this.#assertMayChange();
    futimesSync(this.#fd, ...toHostTimes(times, () => this.stat()));
  }

  sync(): void {
    fsyncSync(this.#fd);
  }

  /** Idempotent. */
  close(): void {
    this.#descriptors.closeOne(this.#fd);
  }

  #root(): WalkRoot {
    return { fd: this.#fd, descriptors: this.#descriptors };
  }

  #visit<Result>(path: string, visit: (place: Place) => Result): Result {
    return walkPath(this.#root(), path, lastNotFollowed, visit);
  }

  /**
   * Refuses a path that ends in `/` where something is made that is not a directory, as Linux does: what is
   * there already, behind a link too, decides the error.
   *
   * @throws WasiError `forDirectory`, `ENOTDIR`, `ENOENT`
   */
  #refuseSlash(path: string, forDirectory: 'EEXIST' | 'EPERM'): never {
    this.statAt(path, { follow: true });
    throw new WasiError(forDirectory);
  }

  #open(place: Place, options: OpenOptions): OpenFile | OpenDirectory {
    const { read, write, append } = options;
    const directory = options.directory || place.mustBeDirectory;
    const access = write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY;
    const flags =
      access |
      O_NOFOLLOW |
      // A FIFO that nobody else has open would hold the thread for ever.
      O_NONBLOCK |
      O_NOCTTY |
      (append ? O_APPEND : 0) |
      (options.create ? O_CREAT : 0) |
      (options.exclusive ? O_EXCL : 0) |
      (options.truncate ? O_TRUNC : 0) |
      (directory ? O_DIRECTORY : 0);
    // Linux made such calls EINVAL in 6.4 and created a file before; say the same everywhere.
    if (options.directory && options.create) throw new WasiError('EINVAL');
    if (place.mustBeDirectory && options.create) throw new WasiError('EISDIR');
    if (options.create && !exists(place)) this.#quota?.grow(entryBytes);
    const fd = this.#descriptors.open(place.path, flags);
    try {
      const stats = fstatSync(fd);
      if (stats.isDirectory())
        return new OpenDirectory(this.#descriptors, fd, this.access, this.#quota);
      const mode = { read: read || !write, write, append };
      return new OpenFile(
        this.#descriptors,
        fd,
        fileTypeOf(stats),
        mode,
        this.mayChange,
        this.#quota,
      );
    } catch (error) {
      this.#descriptors.closeOne(fd);
      throw error;
    }
  }

  #assertMayChange(): void {
    if (!this.mayChange) throw new WasiError('EPERM', 'The directory is read-only.');
  }
}

const lastNotFollowed: WalkOptions = { follow: false };

/** What is opened or looked at by a path that ends in `/` is the directory behind a link. What is removed or renamed is not. */
function slashFollows(path: string, options: WalkOptions): WalkOptions {
  return path.endsWith('/') ? { follow: true } : options;
}

function exists(place: Place): boolean {
  return lstatSync(place.path, { throwIfNoEntry: false }) !== undefined;
}

function statPlace(place: Place): FileStat {
  const stat = toFileStat(lstatSync(place.path, { bigint: true }));
  if (place.mustBeDirectory && stat.type !== 'directory') throw new WasiError('ENOTDIR');
  return stat;
}

function assertNoSlash(place: Place): void {
  if (!place.mustBeDirectory) return;
  throw new WasiError(statPlace(place).type === 'directory' ? 'EISDIR' : 'ENOTDIR');
}
