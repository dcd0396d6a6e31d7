import { write, writeSync } from 'node:fs';
import { systemCode } from './cli-error.js';

/** Size of the buffers in which lines are gathered, in bytes. */
const bufferBytes = 64 * 1024;

/** So much is written at once while lines come fast. */
const writtenTogetherBytes = 48 * 1024;

/** How long a line waits for others, in milliseconds. */
const flushMs = 100;

/** How long to wait for a pipe that is full, in milliseconds. */
const retryMs = 20;

/** UTF-8 has at most so many bytes for a unit of a string. */
const bytesPerUnit = 3;

/**
 * Writes lines to a file descriptor in the background, many at a time and in their order. Each is
 * encoded as it comes: strings that are joined and encoded later cost three times as much.
 */
export class LineWriter {
  readonly #fileDescriptor: number;
  readonly #onBroken: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  /** Full, the oldest first. */
  readonly #full: Buffer[] = [];
  #buffer: Buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #length = 0;
  /** One that was written, for the next. */
  #spare: Buffer | undefined;
  #writing = false;
  #broken = false;
  #onIdle: (() => void) | undefined;

  /** `onBroken` is told once when nothing can be written any more; lines are dropped from then on. */
  constructor(fileDescriptor: number, onBroken: (error: Error) => void) {
    this.#fileDescriptor = fileDescriptor;
    this.#onBroken = onBroken;
    this.#timer = setInterval(() => {
      this.#flush();
    }, flushMs).unref();
    process.on('exit', this.#atExit);
  }

  write(line: string): void {
    if (this.#broken) return;
    const bytesMax = line.length * bytesPerUnit;
    if (this.#length + bytesMax > bufferBytes) this.#seal();
    if (bytesMax > bufferBytes) this.#full.push(Buffer.from(line));
    else this.#length += this.#buffer.write(line, this.#length);
    if (this.#length >= writtenTogetherBytes || this.#full.length > 0) this.#flush();
  }

  /** Writes what there is, and ends. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      this.#flush();
    });
    process.off('exit', this.#atExit);
  }

  #seal(): void {
    if (this.#length === 0) return;
    this.#full.push(this.#buffer.subarray(0, this.#length));
    this.#buffer = this.#spare ?? Buffer.allocUnsafeSlow(bufferBytes);
    this.#spare = undefined;
    this.#length = 0;
  }

  #flush(): void {
    if (this.#writing) return;
    if (this.#full.length === 0) this.#seal();
    const bytes = this.#full.shift();
    if (bytes === undefined) {
      this.#onIdle?.();
      return;
    }
    this.#writing = true;
    this.#writeOut(bytes);
  }

  #writeOut(bytes: Buffer): void {
    write(this.#fileDescriptor, bytes, (error, written) => {
      if (error !== null && systemCode(error) === 'EAGAIN') {
        setTimeout(() => {
          this.#writeOut(bytes);
        }, retryMs);
        return;
      }
      if (error !== null) {
        this.#break(error);
        return;
      }
      if (written < bytes.length) {
        this.#writeOut(bytes.subarray(written));
        return;
      }
      // The rest of one that was written in pieces is a part of it too.
      if (bytes.buffer.byteLength === bufferBytes) this.#spare = Buffer.from(bytes.buffer);
      this.#writing = false;
      const isMore = this.#full.length > 0 || this.#length >= writtenTogetherBytes;
      if (isMore || this.#onIdle !== undefined) this.#flush();
    });
  }

  #break(error: Error): void {
    this.#broken = true;
    this.#writing = false;
    this.#full.length = 0;
    this.#length = 0;
    clearInterval(this.#timer);
    process.off('exit', this.#atExit);
    this.#onBroken(error);
    this.#onIdle?.();
  }

  /** The process ends before its time: what nobody has begun to write goes now, as far as it does. */
  readonly #atExit = (): void => {
    this.#seal();
    try {
      for (const bytes of this.#full.splice(0)) writeSync(this.#fileDescriptor, bytes);
    } catch {
      // There is nobody left to tell.
    }
  };
}
