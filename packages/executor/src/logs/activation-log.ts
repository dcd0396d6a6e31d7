import { StringDecoder } from 'node:string_decoder';
import { withoutFrameMarker } from '@wasmwhisk/protocol';
import type { LogSink, LogStream } from '@wasmwhisk/runtime';
import type { LogDestination, LogOwner } from './log-destination.js';

/** A line longer than this is handed on in pieces, in bytes. Docker's json-file driver cuts at 16 KiB anyway. */
const lineBytesMax = 64 * 1024;

/** How much of what a guest writes is kept. */
export interface ActivationLogLimits {
  readonly bytes: number;
  /** Each line costs far more than its bytes, and the thread that answers pays for it. */
  readonly lines: number;
}

/**
 * Makes lines of what a guest writes, and holds them to the limit. A line is handed on when it is
 * complete, so that the log of a guest that never ends can be read.
 */
export class ActivationLog implements LogSink {
  readonly #limits: ActivationLogLimits;
  readonly owner: LogOwner;
  readonly #destination: Pick<LogDestination, 'line'>;
  /** Made by the first byte of each stream: most activations write nothing. */
  #stdout: PartialLine | undefined;
  #stderr: PartialLine | undefined;
  #bytes = 0;
  #lines = 0;
  #truncated = false;
  #ended = false;

  constructor(
    limits: ActivationLogLimits,
    owner: LogOwner,
    destination: Pick<LogDestination, 'line'>,
  ) {
    this.#limits = limits;
    this.owner = owner;
    this.#destination = destination;
  }

  /** Bytes of guest output that were kept. */
  get bytes(): number {
    return this.#bytes;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  write(stream: LogStream, bytes: Uint8Array): void {
    // Looked at no more: a guest may go on for a long time.
    if (this.#truncated || this.#ended) return;
    const { bytes: bytesMax, lines: linesMax } = this.#limits;
    const room = bytesMax - this.#bytes;
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes;
    this.#bytes += kept.length;
    const partial = this.#partial(stream);
    let rest = kept;
    for (;;) {
      const lineEnd = rest.indexOf(0x0a);
      if (lineEnd < 0) break;
      if (this.#lines === linesMax) {
        this.#bytes -= rest.length;
        this.#truncate(`number of lines exceeds the limit of ${String(linesMax)} lines`);
        return;
      }
      this.#lines += 1;
      this.#emit(stream, partial.end(rest.subarray(0, lineEnd)));
      rest = rest.subarray(lineEnd + 1);
    }
    if (rest.length > 0) {
      partial.add(rest);
      if (partial.bytes >= lineBytesMax)
        this.#emit(stream, partial.end(rest.subarray(rest.length)));
    }
    if (kept.length < bytes.length)
      this.#truncate(`bytes size exceeds the limit of ${String(bytesMax)} bytes`);
  }

  /** A line of ours for the developer; outside the limit. */
  diagnose(text: string): void {
    this.#flush();
    for (const line of text.split('\n')) this.#emit('stderr', line);
  }

  /** Hands on lines that lack their end. What comes later, from a guest that was given up, is dropped. */
  end(): void {
    this.#flush();
    this.#ended = true;
  }

  #truncate(reason: string): void {
    this.#truncated = true;
    this.#flush();
    // OpenWhisk's own words.
    this.#emit('stderr', `Logs were truncated because the total ${reason}.`);
  }

  #flush(): void {
    if (this.#stdout !== undefined && this.#stdout.bytes > 0)
      this.#emit('stdout', this.#stdout.end(new Uint8Array()));
    if (this.#stderr !== undefined && this.#stderr.bytes > 0)
      this.#emit('stderr', this.#stderr.end(new Uint8Array()));
  }

  #partial(stream: LogStream): PartialLine {
    if (stream === 'stdout') return (this.#stdout ??= new PartialLine());
    return (this.#stderr ??= new PartialLine());
  }

  #emit(stream: LogStream, text: string): void {
    const line = { time: new Date().toISOString(), stream, log: withoutFrameMarker(text) };
    this.#destination.line(this.owner, line);
  }
}

/** The beginning of a line. Decodes as it goes, so that a character cut by a write stays whole. */
class PartialLine {
  #decoder = new StringDecoder('utf8');
  #text = '';
  bytes = 0;

  add(bytes: Uint8Array): void {
    this.#text += this.#decoder.write(bytes);
    this.bytes += bytes.length;
  }

  end(bytes: Uint8Array): string {
    this.add(bytes);
    const text = this.#text + this.#decoder.end();
    this.#text = '';
    this.bytes = 0;
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }
}
