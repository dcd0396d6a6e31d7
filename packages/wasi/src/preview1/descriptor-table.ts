import { WasiError } from '../core/errno.js';
import type { DirectoryEntry, OpenDirectory } from '../core/open-directory.js';
import type { OpenFile } from '../core/open-file.js';
import type { InputSource, OutputSink } from '../core/stdio.js';

/** The `rights` of preview 1: what a descriptor may be used for. */
export interface Rights {
  readonly base: bigint;
  /** What descriptors opened from it may have. */
  readonly inheriting: bigint;
}

interface RightsHolder {
  /** What is left of the rights after the guest dropped some; `undefined` while it has dropped none. */
  rightsLeft?: Rights;
}

export interface InputDescriptor extends RightsHolder {
  readonly type: 'input';
  readonly source: InputSource;
}

export interface OutputDescriptor extends RightsHolder {
  readonly type: 'output';
  readonly sink: OutputSink;
}

export interface FileDescriptor extends RightsHolder {
  readonly type: 'file';
  readonly file: OpenFile;
  /** Where the next read or write without an offset goes. */
  position: bigint;
  nonBlocking: boolean;
}

export interface DirectoryDescriptor extends RightsHolder {
  readonly type: 'directory';
  readonly directory: OpenDirectory;
  /** The guest's name for it, when the guest was given it and did not open it. */
  readonly preopenedAs: string | undefined;
  /** The listing that `fd_readdir` is in the middle of: cookies count its entries. */
  listing: readonly DirectoryEntry[] | undefined;
}

export type Descriptor = InputDescriptor | OutputDescriptor | FileDescriptor | DirectoryDescriptor;

/** What stands behind a guest's descriptor numbers. */
export class DescriptorTable {
  readonly #descriptors: (Descriptor | undefined)[];
  /** The guest has dropped rights, so that calls have to look at them. */
  limited = false;

  /** The first ones, from 0. */
  constructor(descriptors: Descriptor[]) {
    this.#descriptors = descriptors;
  }

  /** @throws WasiError `EBADF` */
  get(fd: number): Descriptor {
    const descriptor = this.#descriptors[fd >>> 0];
    if (descriptor === undefined) throw new WasiError('EBADF');
    return descriptor;
  }

  /** @throws WasiError `EBADF` */
  file(fd: number): FileDescriptor {
    const descriptor = this.get(fd);
    if (descriptor.type !== 'file') throw new WasiError('EBADF');
    return descriptor;
  }

  /** @throws WasiError `EBADF`, `ENOTDIR` */
  directory(fd: number): DirectoryDescriptor {
    const descriptor = this.get(fd);
    if (descriptor.type !== 'directory') throw new WasiError('ENOTDIR');
    return descriptor;
  }

  /** Gives it the lowest free number. */
  add(descriptor: Descriptor): number {
    const free = this.#descriptors.indexOf(undefined);
    const fd = free < 0 ? this.#descriptors.length : free;
    this.#descriptors[fd] = descriptor;
    return fd;
  }

  /** @throws WasiError `EBADF` */
  close(fd: number): void {
    const descriptor = this.get(fd);
    this.#descriptors[fd >>> 0] = undefined;
    closeDescriptor(descriptor);
  }

  /**
   * Gives the descriptor `from` the number `to`, which is closed.
   *
   * @throws WasiError `EBADF` unless both are open: a number out of thin air would make the table grow at will
   */
  renumber(from: number, to: number): void {
    const descriptor = this.get(from);
    const replaced = this.get(to);
    if (descriptor === replaced) return;
    this.#descriptors[from >>> 0] = undefined;
    this.#descriptors[to >>> 0] = descriptor;
    closeDescriptor(replaced);
  }
}

function closeDescriptor(descriptor: Descriptor): void {
  if (descriptor.type === 'file') descriptor.file.close();
  else if (descriptor.type === 'directory') descriptor.directory.close();
}
