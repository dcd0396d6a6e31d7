import { WasiError } from '../core/errno.js';
import { pathLengthMax } from '../core/path.js';

/** Most pieces that one scattered read or write may have; `IOV_MAX` of Linux. */
export const vectorsMax = 1024;

/** Longest text taken from a guest: the longest path, all its characters three bytes long. */
const textBytesMax = pathLengthMax * 3;

/** One piece of a scattered read or write. */
export interface Vector {
  readonly pointer: number;
  readonly length: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The linear memory of one guest. Every access is checked: a pointer out of range is the guest's
 * `EFAULT`, never an exception of ours. Growing detaches views, so they are made anew whenever the
 * buffer has changed.
 */
export class GuestMemory {
  #memory: WebAssembly.Memory | undefined;
  #buffer: ArrayBuffer | undefined;
  #bytes = new Uint8Array();
  #view = new DataView(new ArrayBuffer(0));

  /** Must be called before the guest runs; until then every pointer is out of range. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
  }

  /** A range of guest memory, lent until the guest runs on. */
  bytes(pointer: number, length: number): Uint8Array {
    const start = this.#check(pointer, length >>> 0);
    return this.#bytes.subarray(start, start + (length >>> 0));
  }

  /** @throws WasiError `EFAULT`, `ENAMETOOLONG`, `EILSEQ` when it is no UTF-8 */
  text(pointer: number, length: number): string {
    // No path has more bytes; a hundred megabytes are not copied to find that out.
    if (length >>> 0 > textBytesMax) throw new WasiError('ENAMETOOLONG');
    // A copy: the decoder refuses shared memory.
    const bytes = this.bytes(pointer, length).slice();
    try {
      return decoder.decode(bytes);
    } catch {
      throw new WasiError('EILSEQ');
    }
  }

  getU8(pointer: number): number {
    return this.#viewAt(pointer, 1).getUint8(pointer >>> 0);
  }

  getU16(pointer: number): number {
    return this.#viewAt(pointer, 2).getUint16(pointer >>> 0, true);
  }

  getU32(pointer: number): number {
    return this.#viewAt(pointer, 4).getUint32(pointer >>> 0, true);
  }

  getU64(pointer: number): bigint {
    return this.#viewAt(pointer, 8).getBigUint64(pointer >>> 0, true);
  }

  setU8(pointer: number, value: number): void {
    this.#viewAt(pointer, 1).setUint8(pointer >>> 0, value);
  }

  setU16(pointer: number, value: number): void {
    this.#viewAt(pointer, 2).setUint16(pointer >>> 0, value, true);
  }

  setU32(pointer: number, value: number): void {
    this.#viewAt(pointer, 4).setUint32(pointer >>> 0, value, true);
  }

  setU64(pointer: number, value: bigint): void {
    this.#viewAt(pointer, 8).setBigUint64(pointer >>> 0, value, true);
  }

  set(pointer: number, bytes: Uint8Array): void {
    const start = this.#check(pointer, bytes.length);
    this.#bytes.set(bytes, start);
  }

  /**
   * The pieces of a scattered read or write, each checked, their sum below 2^31 as POSIX has it.
   *
   * @throws WasiError `EFAULT`, `EINVAL`
   */
  vectors(pointer: number, count: number): Vector[] {
    if (count >>> 0 > vectorsMax) throw new WasiError('EINVAL');
    this.#check(pointer, count * 8);
    const vectors: Vector[] = [];
    let total = 0;
    for (let index = 0; index < count; index += 1) {
      const at = (pointer >>> 0) + index * 8;
      const vector = { pointer: this.getU32(at), length: this.getU32(at + 4) };
      this.#check(vector.pointer, vector.length);
      total += vector.length;
      if (vector.length > 0) vectors.push(vector);
    }
    if (total > 0x7fff_ffff) throw new WasiError('EINVAL');
    return vectors;
  }

  #viewAt(pointer: number, length: number): DataView {
    this.#check(pointer, length);
    return this.#view;
  }

  /** Brings the views up to date, and gives the pointer as the unsigned number that it is. */
  #check(pointer: number, length: number): number {
    const buffer = this.#memory?.buffer;
    if (buffer === undefined) throw new WasiError('EFAULT');
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#bytes = new Uint8Array(buffer);
      this.#view = new DataView(buffer);
    }
    const start = pointer >>> 0;
    if (start + length > this.#bytes.length) throw new WasiError('EFAULT');
    return start;
  }
}
