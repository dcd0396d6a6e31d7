import { toFilesystemErrorCode } from './filesystem-error.js';
import { IoError } from './io-error.js';
import { GuestResource, type GuestContext } from './guest-context.js';
import { Pollable } from './pollable.js';
import { done, err, ok, type Result } from './result.js';

export type StreamError =
  { readonly tag: 'closed' } | { readonly tag: 'last-operation-failed'; readonly val: IoError };

/** Most bytes that one call moves; guests ask for as much as they like. */
const chunkBytesMax = 1024 * 1024;

/** What a stream reads or writes, and what is let go when the guest drops it. */
export interface StreamSource {
  /** Gives at most `maxBytes`; an empty array is the end. The bytes are only lent until the next call. */
  read(maxBytes: number): Uint8Array;
  release?(): void;
}

export interface StreamSink {
  /** Takes all bytes; they are only lent for the call. */
  write(bytes: Uint8Array): void;
  release?(): void;
}

/**
 * The resource `wasi:io/streams.input-stream`. Reading never waits longer than the host call
 * takes, so the blocking and the other form are the same.
 */
export class InputStream extends GuestResource {
  readonly #source: StreamSource;

  constructor(source: StreamSource, context: GuestContext) {
    super(context);
    this.#source = source;
  }

  read(length: bigint): Result<Uint8Array, StreamError> {
    if (length === 0n) return ok(new Uint8Array());
    try {
      const bytes = this.#source.read(toChunk(length));
      return bytes.length === 0 ? err({ tag: 'closed' }) : ok(bytes);
    } catch (error) {
      return err(toStreamError(error, this.context));
    }
  }

  blockingRead(length: bigint): Result<Uint8Array, StreamError> {
    return this.read(length);
  }

  skip(length: bigint): Result<bigint, StreamError> {
    const bytes = this.read(length);
    return bytes.tag === 'ok' ? ok(BigInt(bytes.val.length)) : bytes;
  }

  blockingSkip(length: bigint): Result<bigint, StreamError> {
    return this.skip(length);
  }

  subscribe(): Pollable {
    return new Pollable(undefined, this.context);
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#source.release?.();
  }
}

/**
 * The resource `wasi:io/streams.output-stream`. Every write is done when it returns, so there is
 * nothing to flush.
 */
export class OutputStream extends GuestResource {
  readonly #sink: StreamSink;

  constructor(sink: StreamSink, context: GuestContext) {
    super(context);
    this.#sink = sink;
  }

  checkWrite(): Result<bigint, StreamError> {
    return ok(BigInt(chunkBytesMax));
  }

  write(contents: Uint8Array): Result<void, StreamError> {
    try {
      this.#sink.write(contents);
      return done;
    } catch (error) {
      return err(toStreamError(error, this.context));
    }
  }

  blockingWriteAndFlush(contents: Uint8Array): Result<void, StreamError> {
    return this.write(contents);
  }

  flush(): Result<void, StreamError> {
    return done;
  }

  blockingFlush(): Result<void, StreamError> {
    return done;
  }

  subscribe(): Pollable {
    return new Pollable(undefined, this.context);
  }

  writeZeroes(length: bigint): Result<void, StreamError> {
    // The interface allows no more than `check-write` gave.
    if (length > BigInt(chunkBytesMax))
      throw new WebAssembly.RuntimeError('write-zeroes beyond what check-write allows');
    return this.write(new Uint8Array(Number(length)));
  }

  blockingWriteZeroesAndFlush(length: bigint): Result<void, StreamError> {
    return this.writeZeroes(length);
  }

  splice(source: InputStream, length: bigint): Result<bigint, StreamError> {
    const bytes = source.read(length);
    if (bytes.tag === 'err') return bytes;
    const written = this.write(bytes.val);
    return written.tag === 'ok' ? ok(BigInt(bytes.val.length)) : written;
  }

  blockingSplice(source: InputStream, length: bigint): Result<bigint, StreamError> {
    return this.splice(source, length);
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#sink.release?.();
  }
}

function toChunk(length: bigint): number {
  return length > BigInt(chunkBytesMax) ? chunkBytesMax : Number(length);
}

function toStreamError(error: unknown, context: GuestContext): StreamError {
  return { tag: 'last-operation-failed', val: new IoError(toFilesystemErrorCode(error), context) };
}
