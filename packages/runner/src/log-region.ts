import {
  OutputLine,
  outputPieceBytes,
  type LogSink,
  type LogStream,
  type OutputTask,
} from '@wasmwhisk/runtime';

/*
 * Guest output on its way from a worker thread. A guest that never ends must not take its last
 * words with it, and a worker that computes cannot be asked for them; so what it wrote lies in
 * memory that both threads see, until it travels with a message.
 *
 * Layout: four 32-bit words, then frames. A frame is one byte (1 stdout, 2 stderr), a 32-bit
 * little-endian length, and the bytes.
 */
const runWord = 0;
const usedWord = 1;
const generationWord = 2;
const headerBytes = 16;
const frameHeaderBytes = 5;

/** Room for frames in one region, in bytes. More output than this in one go travels in messages. */
export const logRegionBytes: number = 64 * 1024;

export function createLogRegion(): SharedArrayBuffer {
  return new SharedArrayBuffer(headerBytes + logRegionBytes);
}

/** Frames of one run, copied out of a region. */
export interface LogFrames {
  readonly run: number;
  /** Counts the times that the region was emptied. Tells the reader what it has seen before. */
  readonly generation: number;
  readonly frames: Uint8Array<ArrayBuffer>;
}

/** The worker's side. One guest computes at a time, so the region belongs to one run at a time. */
export class LogRegionWriter {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #post: (frames: LogFrames) => void;

  /** `post` carries frames that no longer fit to the main thread. */
  constructor(region: SharedArrayBuffer, post: (frames: LogFrames) => void) {
    this.#words = new Int32Array(region, 0, headerBytes / 4);
    this.#bytes = new Uint8Array(region, headerBytes);
    this.#post = post;
  }

  write(run: number, stream: LogStream, bytes: Uint8Array): void {
    this.#claim(run);
    let rest = bytes;
    while (rest.length > 0) {
      let used = Atomics.load(this.#words, usedWord);
      if (used + frameHeaderBytes >= this.#bytes.length) {
        this.flush();
        used = 0;
      }
      const piece = rest.subarray(0, this.#bytes.length - used - frameHeaderBytes);
      this.#bytes[used] = stream === 'stdout' ? 1 : 2;
      this.#bytes[used + 1] = piece.length & 0xff;
      this.#bytes[used + 2] = (piece.length >>> 8) & 0xff;
      this.#bytes[used + 3] = (piece.length >>> 16) & 0xff;
      this.#bytes[used + 4] = piece.length >>> 24;
      this.#bytes.set(piece, used + frameHeaderBytes);
      // The length last: the reader must never see room without its bytes.
      Atomics.store(this.#words, usedWord, used + frameHeaderBytes + piece.length);
      rest = rest.subarray(piece.length);
    }
  }

  /** Sends what lies in the region by message: the run is about to wait, or another one begins to write. */
  flush(): void {
    const frames = this.#copy();
    if (frames === undefined) return;
    this.#post(frames);
    this.#empty();
  }

  /** Takes what lies in the region for the result message of this run. */
  take(run: number): LogFrames | undefined {
    if (Atomics.load(this.#words, runWord) !== run) return undefined;
    const frames = this.#copy();
    if (frames !== undefined) this.#empty();
    return frames;
  }

  #claim(run: number): void {
    if (Atomics.load(this.#words, runWord) === run) return;
    this.flush();
    Atomics.store(this.#words, runWord, run);
  }

  #copy(): LogFrames | undefined {
    const used = Atomics.load(this.#words, usedWord);
    if (used === 0) return undefined;
    const frames = new Uint8Array(used);
    frames.set(this.#bytes.subarray(0, used));
    return {
      run: Atomics.load(this.#words, runWord),
      generation: Atomics.load(this.#words, generationWord),
      frames,
    };
  }

  #empty(): void {
    // Emptied before the generation moves on: whoever looks in between finds nothing, and nothing twice.
    Atomics.store(this.#words, usedWord, 0);
    Atomics.add(this.#words, generationWord, 1);
  }
}

/** The main thread's side: hands every byte to its run's sink once, by whichever way it came. */
export class LogRegionReader {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #sinkOf: (run: number) => LogSink | undefined;
  readonly #output: OutputLine;
  /** Bytes of a generation that were handed on by `peek`, until its message comes. */
  readonly #peeked = new Map<number, number>();
  #receivedGeneration = -1;
  /** Every generation that held something comes by message once, and they are counted from 0. */
  #received = 0;

  /** `output`: where frames wait for their turn. */
  constructor(
    region: SharedArrayBuffer,
    sinkOf: (run: number) => LogSink | undefined,
    output: OutputLine = new OutputLine(),
  ) {
    this.#words = new Int32Array(region, 0, headerBytes / 4);
    this.#bytes = new Uint8Array(region, headerBytes);
    this.#sinkOf = sinkOf;
    this.#output = output;
  }

  /** Frames that came by message. Messages of two runs may come out of order. */
  receive(frames: LogFrames): void {
    const seen = this.#peeked.get(frames.generation) ?? 0;
    this.#peeked.delete(frames.generation);
    this.#received += 1;
    this.#receivedGeneration = Math.max(this.#receivedGeneration, frames.generation);
    this.#deliver(frames.run, frames.frames.subarray(seen));
  }

  /**
   * Looks into the region of a worker that still computes; at the `end` of one that was ended. What a
   * message carries was written before what lies here, so while one is on its way nothing is taken.
   */
  peek(when: 'now' | 'end'): void {
    const generation = Atomics.load(this.#words, generationWord);
    const run = Atomics.load(this.#words, runWord);
    const used = Atomics.load(this.#words, usedWord);
    // A worker ended between posting its frames and emptying the region: they came by message.
    if (generation <= this.#receivedGeneration) return;
    if (when === 'now' && generation !== this.#received) return;
    const seen = this.#peeked.get(generation) ?? 0;
    if (used <= seen) return;
    const frames = this.#bytes.slice(seen, used);
    // Emptied while it was copied: the same frames are on their way by message.
    if (Atomics.load(this.#words, generationWord) !== generation) return;
    this.#peeked.set(generation, used);
    this.#deliver(run, frames);
  }

  /** Calls back when everything that was received is with its sink. */
  afterOutput(callback: () => void): void {
    this.#output.afterwards(callback);
  }

  #deliver(run: number, frames: Uint8Array): void {
    const sink = this.#sinkOf(run);
    if (sink !== undefined && frames.length > 0) this.#output.write(new FramesTask(sink, frames));
  }
}

/** Frames on their way to a sink. Neighbours of one stream are put together: a guest may write byte by byte. */
class FramesTask implements OutputTask {
  readonly #sink: LogSink;
  readonly #frames: Uint8Array;
  readonly #view: DataView;
  /** Begin of the frame of which the next piece is. */
  #at = 0;
  /** Bytes of that frame that were handed on. */
  #done = 0;

  constructor(sink: LogSink, frames: Uint8Array) {
    this.#sink = sink;
    this.#frames = frames;
    this.#view = new DataView(frames.buffer, frames.byteOffset, frames.byteLength);
  }

  next(): boolean {
    const kind = this.#frames[this.#at];
    const first = this.#take(outputPieceBytes);
    let bytes = first;
    if (this.#isNeighbour(kind, first.length)) {
      bytes = new Uint8Array(outputPieceBytes);
      bytes.set(first);
      let length = first.length;
      while (this.#isNeighbour(kind, length)) {
        const piece = this.#take(outputPieceBytes - length);
        bytes.set(piece, length);
        length += piece.length;
      }
      bytes = bytes.subarray(0, length);
    }
    this.#sink.write(kind === 1 ? 'stdout' : 'stderr', bytes);
    return !this.#hasFrame;
  }

  get #hasFrame(): boolean {
    return this.#at + frameHeaderBytes <= this.#frames.length;
  }

  #isNeighbour(kind: number | undefined, length: number): boolean {
    return length < outputPieceBytes && this.#hasFrame && this.#frames[this.#at] === kind;
  }

  /** The next bytes of the frame; the last of them take its reader to the next frame. */
  #take(bytesMax: number): Uint8Array {
    const start = this.#at + frameHeaderBytes + this.#done;
    const end = this.#at + frameHeaderBytes + this.#view.getUint32(this.#at + 1, true);
    const piece = this.#frames.subarray(start, Math.min(start + bytesMax, end));
    this.#done += piece.length;
    if (start + piece.length === end) {
      this.#at = end;
      this.#done = 0;
    }
    return piece;
  }
}
