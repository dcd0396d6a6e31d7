import { closeSync, openSync } from 'node:fs';
import { WasiError } from './errno.js';

/** Most host descriptors that one guest holds at once unless its face says otherwise. */
export const descriptorsMaxDefault = 256;

/**
 * The host's file descriptors that one run holds. Whatever the guest leaves open is closed with
 * `close()`, which every run ends with.
 */
export class HostDescriptors {
  readonly #open = new Set<number>();
  /** Open for the length of one call. */
  readonly #passing = new Set<number>();
  readonly #max: number;

  constructor(max: number = descriptorsMaxDefault) {
    this.#max = max;
  }

  /** How many the guest holds. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Opens on the guest's behalf.
   *
   * @throws WasiError `EMFILE` at the limit, or what `node:fs` throws
   */
  open(hostPath: string, flags: number, mode = 0o666): number {
    if (this.#open.size >= this.#max) throw new WasiError('EMFILE');
    const fd = openSync(hostPath, flags, mode);
    this.#open.add(fd);
    return fd;
  }

  /**
   * Opens for the length of one call, beside what the guest holds. Counted by nobody, yet known here:
   * a guest that runs into the end of the stack in the middle of a call keeps nothing open beyond its run.
   */
  openPassing(hostPath: string, flags: number): number {
    const fd = openSync(hostPath, flags);
    this.#passing.add(fd);
    return fd;
  }

  /** Closes one. Does nothing when it is closed already: its number may be somebody else's by now. */
  closeOne(fd: number): void {
    if (this.#open.delete(fd) || this.#passing.delete(fd)) closeSync(fd);
  }

  /** Closes all. Idempotent. */
  close(): void {
    for (const fds of [this.#open, this.#passing]) {
      for (const fd of fds) closeSync(fd);
      fds.clear();
    }
  }
}
