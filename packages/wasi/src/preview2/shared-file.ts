import type { OpenFile } from '../core/open-file.js';
import type { StreamSink, StreamSource } from './streams.js';

/**
 * An open file and the streams on it. A guest may drop the descriptor and go on with a stream, so
 * the last of them closes it.
 */
export class SharedFile {
  readonly file: OpenFile;
  #holders = 1;

  constructor(file: OpenFile) {
    this.file = file;
  }

  /** Reads on from `offset`, which is the stream's own position from then on. */
  openSource(offset: bigint): StreamSource {
    this.#holders += 1;
    let position = offset;
    return {
      read: (maxBytes) => {
        const bytes = new Uint8Array(maxBytes);
        const count = this.file.read(bytes, position);
        position += BigInt(count);
        return bytes.subarray(0, count);
      },
      release: () => {
        this.release();
      },
    };
  }

  /**
   * Writes on from `offset`. `end` asks for the end at each write and not the kernel for appending:
   * that is a mode of the host's descriptor, which the guest's other streams share.
   */
  openSink(offset: bigint | 'end'): StreamSink {
    this.#holders += 1;
    let position = offset;
    return {
      write: (bytes) => {
        let at = position === 'end' ? this.file.stat().size : position;
        for (let written = 0; written < bytes.length;) {
          const count = this.file.write(bytes.subarray(written), at);
          written += count;
          at += BigInt(count);
        }
        if (position !== 'end') position = at;
      },
      release: () => {
        this.release();
      },
    };
  }

  /** One holder less. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.file.close();
  }
}
