import {
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  readSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { WasiError } from './errno.js';
import {
  toFileStat,
  toHostTimes,
  type FileStat,
  type FileType,
  type NewTimes,
} from './file-stat.js';
import type { DirectoryQuota } from './directory-quota.js';
import type { HostDescriptors } from './host-descriptors.js';

const { O_APPEND, O_NONBLOCK, O_RDWR, O_WRONLY } = constants;

export interface FileMode {
  readonly read: boolean;
  readonly write: boolean;
  readonly append: boolean;
}

/**
 * A file of the host that a guest has open. Knows no position: callers say where, and keep the
 * guest's own position themselves (preview 1 has one per descriptor, preview 2 one per stream).
 */
export class OpenFile {
  readonly kind = 'file';
  readonly type: FileType;
  /** Whether the directory it was opened in may be changed: governs times and size. */
  readonly mayChange: boolean;
  readonly #descriptors: HostDescriptors;
  readonly #quota: DirectoryQuota | undefined;
  #fd: number;
  #mode: FileMode;

  /** Takes over `fd`, which is one of `descriptors`. */
  constructor(
    descriptors: HostDescriptors,
    fd: number,
    type: FileType,
    mode: FileMode,
    mayChange: boolean,
    quota?: DirectoryQuota,
  ) {
    this.#quota = quota;
    this.#descriptors = descriptors;
    this.#fd = fd;
    this.type = type;
    this.#mode = mode;
    this.mayChange = mayChange;
    quota?.opened(this);
  }

  get mode(): FileMode {
    return this.#mode;
  }

  /** Pipes and terminals have no position; every offset given for them is passed over. */
  get seekable(): boolean {
    return this.type === 'regular-file' || this.type === 'block-device';
  }

  /** Reads into `target` from `offset`; returns how much, 0 at the end. */
  read(target: Uint8Array, offset: bigint): number {
    if (!this.#mode.read) throw new WasiError('EBADF');
    return readSync(this.#fd, target, 0, target.length, this.#hostOffset(offset));
  }

  /** Writes at `offset`, or at the end when opened to append; returns how much. */
  write(bytes: Uint8Array, offset: bigint): number {
    if (!this.#mode.write) throw new WasiError('EBADF');
    if (this.#quota !== undefined) this.#growTo(this.#endOfWrite(bytes.length, offset));
    return writeSync(this.#fd, bytes, 0, bytes.length, this.#hostOffset(offset));
  }

  /** As the host has it. */
  hostStat(): Stats {
    return fstatSync(this.#fd);
  }

  stat(): FileStat {
    return toFileStat(fstatSync(this.#fd, { bigint: true }));
  }

  setSize(size: bigint): void {
    if (!this.#mode.write) throw new WasiError('EBADF');
    if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new WasiError('EFBIG');
    this.#growTo(Number(size));
    ftruncateSync(this.#fd, Number(size));
  }

  /** @throws WasiError `EPERM` where the directory is read-only */
  setTimes(times: NewTimes): void {
    if (!this.mayChange) throw new WasiError('EPERM');
    futimesSync(this.#fd, ...toHostTimes(times, () => this.stat()));
  }

  /**
   * Starts or stops appending. Node.js cannot change the flags of an open descriptor, so the same
   * file is opened once more and takes the place.
   */
  setAppend(append: boolean): void {
    if (append === this.#mode.append || !this.#mode.write) return;
    const access = this.#mode.read ? O_RDWR : O_WRONLY;
    const flags = access | O_NONBLOCK | (append ? O_APPEND : 0);
    const fd = this.#descriptors.open(`/proc/self/fd/${String(this.#fd)}`, flags);
    this.#descriptors.closeOne(this.#fd);
    this.#fd = fd;
    this.#mode = { ...this.#mode, append };
  }

  sync(): void {
    fsyncSync(this.#fd);
  }

  syncData(): void {
    fdatasyncSync(this.#fd);
  }

  /** Idempotent. */
  close(): void {
    this.#quota?.closed(this);
    this.#descriptors.closeOne(this.#fd);
  }

  #endOfWrite(length: number, offset: bigint): number {
    return length + (this.#mode.append ? fstatSync(this.#fd).size : Number(offset));
  }

  #growTo(size: number): void {
    this.#quota?.grow(size - fstatSync(this.#fd).size);
  }

  #hostOffset(offset: bigint): number | null {
    if (!this.seekable) return null;
    if (offset < 0n || offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new WasiError('EINVAL');
    return Number(offset);
  }
}
