import { WasiError } from '../core/errno.js';
import type { FileStat, FileType } from '../core/file-stat.js';
import { OpenDirectory, type DirectoryEntry } from '../core/open-directory.js';
import type { OpenFile } from '../core/open-file.js';
import { attempt, type FilesystemErrorCode } from './filesystem-error.js';
import {
  toDescriptorStat,
  toMetadataHash,
  toNewTime,
  type DescriptorFlags,
  type DescriptorStat,
  type MetadataHashValue,
  type NewTimestamp,
  type OpenFlags,
  type PathFlags,
} from './filesystem-types.js';
import { GuestResource, type GuestContext } from './guest-context.js';
import { ok, type Result } from './result.js';
import { SharedFile } from './shared-file.js';
import { InputStream, OutputStream } from './streams.js';

type FilesystemResult<Value> = Result<Value, FilesystemErrorCode>;

/** Most bytes of one `read`; guests ask for as much as they like. */
const readBytesMax = 1024 * 1024;

/** The resource `wasi:filesystem/types.descriptor`: a file or a directory of the host. */
export class Descriptor extends GuestResource {
  readonly #target: SharedFile | OpenDirectory;

  /** Takes over `target`, and closes it when the guest lets go. */
  constructor(target: OpenFile | OpenDirectory, context: GuestContext) {
    super(context);
    this.#target = target.kind === 'directory' ? target : new SharedFile(target);
  }

  readViaStream(offset: bigint): FilesystemResult<InputStream> {
    return attempt(() => {
      const shared = this.#sharedFile();
      if (!shared.file.mode.read) throw new WasiError('EBADF');
      return new InputStream(shared.openSource(offset), this.context);
    });
  }

  writeViaStream(offset: bigint): FilesystemResult<OutputStream> {
    return attempt(() => {
      const shared = this.#sharedFile();
      if (!shared.file.mode.write) throw new WasiError('EBADF');
      return new OutputStream(shared.openSink(offset), this.context);
    });
  }

  appendViaStream(): FilesystemResult<OutputStream> {
    return attempt(() => {
      const shared = this.#sharedFile();
      if (!shared.file.mode.write) throw new WasiError('EBADF');
      return new OutputStream(shared.openSink('end'), this.context);
    });
  }

  /** Advice is taken note of by nobody. */
  advise(): FilesystemResult<void> {
    return attempt(() => void this.#sharedFile());
  }

  syncData(): FilesystemResult<void> {
    return attempt(() => {
      if (this.#target instanceof OpenDirectory) this.#target.sync();
      else this.#target.file.syncData();
    });
  }

  sync(): FilesystemResult<void> {
    return attempt(() => {
      if (this.#target instanceof OpenDirectory) this.#target.sync();
      else this.#target.file.sync();
    });
  }

  getFlags(): FilesystemResult<DescriptorFlags> {
    return ok(
      this.#target instanceof OpenDirectory
        ? { read: true, mutateDirectory: this.#target.mayChange }
        : { read: this.#target.file.mode.read, write: this.#target.file.mode.write },
    );
  }

  getType(): FilesystemResult<FileType> {
    return ok(this.#target instanceof OpenDirectory ? 'directory' : this.#target.file.type);
  }

  setSize(size: bigint): FilesystemResult<void> {
    return attempt(() => {
      this.#sharedFile().file.setSize(size);
    });
  }

  setTimes(accessed: NewTimestamp, modified: NewTimestamp): FilesystemResult<void> {
    return attempt(() => {
      const times = { accessed: toNewTime(accessed), modified: toNewTime(modified) };
      if (this.#target instanceof OpenDirectory) this.#target.setTimes(times);
      else this.#target.file.setTimes(times);
    });
  }

  read(length: bigint, offset: bigint): FilesystemResult<readonly [Uint8Array, boolean]> {
    return attempt(() => {
      const { file } = this.#sharedFile();
      const size = length > BigInt(readBytesMax) ? readBytesMax : Number(length);
      const bytes = new Uint8Array(size);
      const count = file.read(bytes, offset);
      return [bytes.subarray(0, count), count === 0 && size > 0] as const;
    });
  }

  write(bytes: Uint8Array, offset: bigint): FilesystemResult<bigint> {
    return attempt(() => BigInt(this.#sharedFile().file.write(bytes, offset)));
  }

  readDirectory(): FilesystemResult<DirectoryEntryStream> {
    return attempt(() => new DirectoryEntryStream(this.#directory().readEntries(), this.context));
  }

  createDirectoryAt(path: string): FilesystemResult<void> {
    return attempt(() => {
      this.#directory().createDirectoryAt(path);
    });
  }

  stat(): FilesystemResult<DescriptorStat> {
    return attempt(() => toDescriptorStat(this.#stat()));
  }

  statAt(flags: PathFlags, path: string): FilesystemResult<DescriptorStat> {
    return attempt(() => toDescriptorStat(this.#directory().statAt(path, toWalk(flags))));
  }

  setTimesAt(
    flags: PathFlags,
    path: string,
    accessed: NewTimestamp,
    modified: NewTimestamp,
  ): FilesystemResult<void> {
    return attempt(() => {
      const times = { accessed: toNewTime(accessed), modified: toNewTime(modified) };
      this.#directory().setTimesAt(path, toWalk(flags), times);
    });
  }

  linkAt(flags: PathFlags, path: string, to: Descriptor, toPath: string): FilesystemResult<void> {
    return attempt(() => {
      // Linux links a link itself; following it first cannot be done without a race.
      if (flags.symlinkFollow === true) throw new WasiError('EINVAL');
      this.#directory().linkAt(path, to.#directory(), toPath);
    });
  }

  openAt(
    pathFlags: PathFlags,
    path: string,
    openFlags: OpenFlags,
    flags: DescriptorFlags,
  ): FilesystemResult<Descriptor> {
    return attempt(() => {
      const directory = this.#directory();
      if (flags.mutateDirectory === true && !directory.mayChange) throw new WasiError('EROFS');
      const target = directory.openAt(path, {
        ...toWalk(pathFlags),
        read: flags.read === true,
        write: flags.write === true,
        append: false,
        create: openFlags.create === true,
        exclusive: openFlags.exclusive === true,
        truncate: openFlags.truncate === true,
        directory: openFlags.directory === true,
      });
      return new Descriptor(target, this.context);
    });
  }

  readlinkAt(path: string): FilesystemResult<string> {
    return attempt(() => this.#directory().readLinkAt(path));
  }

  removeDirectoryAt(path: string): FilesystemResult<void> {
    return attempt(() => {
      this.#directory().removeDirectoryAt(path);
    });
  }

  renameAt(path: string, to: Descriptor, toPath: string): FilesystemResult<void> {
    return attempt(() => {
      this.#directory().renameAt(path, to.#directory(), toPath);
    });
  }

  symlinkAt(target: string, path: string): FilesystemResult<void> {
    return attempt(() => {
      this.#directory().createLinkAt(target, path);
    });
  }

  unlinkFileAt(path: string): FilesystemResult<void> {
    return attempt(() => {
      this.#directory().unlinkFileAt(path);
    });
  }

  isSameObject(other: Descriptor): boolean {
    const [mine, theirs] = [this.#stat(), other.#stat()];
    return mine.device === theirs.device && mine.inode === theirs.inode;
  }

  metadataHash(): FilesystemResult<MetadataHashValue> {
    return attempt(() => toMetadataHash(this.#stat()));
  }

  metadataHashAt(flags: PathFlags, path: string): FilesystemResult<MetadataHashValue> {
    return attempt(() => toMetadataHash(this.#directory().statAt(path, toWalk(flags))));
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    if (this.#target instanceof OpenDirectory) this.#target.close();
    else this.#target.release();
  }

  #stat(): FileStat {
    return this.#target instanceof OpenDirectory ? this.#target.stat() : this.#target.file.stat();
  }

  #directory(): OpenDirectory {
    if (this.#target instanceof OpenDirectory) return this.#target;
    throw new WasiError('ENOTDIR');
  }

  #sharedFile(): SharedFile {
    if (this.#target instanceof OpenDirectory) throw new WasiError('EISDIR');
    return this.#target;
  }
}

/** Bytes for one entry, its name included. */
const entryBytes = 256;

/** The resource `wasi:filesystem/types.directory-entry-stream`: the entries as they were when it was opened. */
export class DirectoryEntryStream extends GuestResource {
  readonly #entries: readonly DirectoryEntry[];
  #next = 0;

  constructor(entries: readonly DirectoryEntry[], context: GuestContext) {
    super(context, entries.length * entryBytes);
    this.#entries = entries;
  }

  readDirectoryEntry(): FilesystemResult<DirectoryEntry | undefined> {
    return ok(this.#entries[this.#next++]);
  }
}

function toWalk(flags: PathFlags): { readonly follow: boolean } {
  return { follow: flags.symlinkFollow === true };
}
