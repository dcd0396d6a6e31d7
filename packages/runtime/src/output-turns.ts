import type { LogSink, LogStream } from './log-sink.js';

/** How long output is handled before the thread does something else, in milliseconds. */
const sliceMs = 5;

/** Calls that are closer together than this may be of one turn of the event loop, in milliseconds. */
const gapMs = 1;

/** Most bytes that a sink is given at once: nothing but line ends makes a line of each. */
export const outputPieceBytes = 1024;

/** Output on its way to a sink. */
export interface OutputTask {
  /** Hands on one piece, of `outputPieceBytes` at most. Returns whether it was the last one. */
  next(): boolean;
}

/**
 * Shares the time of a thread between the output of all guests and everything else. Output is handled
 * for 5 ms; then the event loop goes on, and the next slice follows in its next turn. Lines take turns,
 * piece by piece, so what waits behind one guest's flood is its own.
 */
export class OutputTurns {
  /** Lines in which something waits, the next one first. */
  readonly #waiting: OutputLine[] = [];
  readonly #now: () => number;
  #startedAt = -Infinity;
  #usedAt = -Infinity;
  #scheduled = false;

  /** `now`: a clock in milliseconds, for tests. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether this turn of the event loop may handle more. */
  hasTime(): boolean {
    const now = this.#now();
    if (!this.#scheduled && now - this.#usedAt > gapMs) this.#startedAt = now;
    this.#usedAt = now;
    return now - this.#startedAt < sliceMs;
  }

  /** Called after a piece of work, which may itself have taken longer than the gap between two turns. */
  used(): void {
    this.#usedAt = this.#now();
  }

  /** Calls back in the next turn of the event loop, with a new slice. */
  nextTurn(callback: () => void): void {
    setImmediate(() => {
      const now = this.#now();
      if (now - this.#startedAt >= sliceMs) this.#startedAt = now;
      this.#usedAt = now;
      callback();
    });
  }

  /** @internal A line has something to do. */
  add(line: OutputLine): void {
    this.#waiting.push(line);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.nextTurn(() => {
      this.#scheduled = false;
      this.#serve();
    });
  }

  #serve(): void {
    // One piece even when others have used up the slice of this turn.
    do {
      const line = this.#waiting.shift();
      if (line === undefined) return;
      if (line.advance()) this.#waiting.push(line);
      this.used();
    } while (this.hasTime());
    if (this.#waiting.length > 0) this.#schedule();
  }
}

/** The turns of this thread. It has one event loop, so everything that handles output shares one slice. */
export const outputTurns: OutputTurns = new OutputTurns();

/** Output that is handled in its order: that of a run, or of a worker thread. */
export class OutputLine {
  readonly #turns: OutputTurns;
  readonly #tasks: (OutputTask | (() => void))[] = [];

  constructor(turns: OutputTurns = outputTurns) {
    this.#turns = turns;
  }

  /** Nothing waits here. */
  get idle(): boolean {
    return this.#tasks.length === 0;
  }

  /** Handles a task at once as far as there is time, and the rest in later turns. */
  write(task: OutputTask): void {
    if (this.idle)
      while (this.#turns.hasTime()) {
        const isLast = task.next();
        this.#turns.used();
        if (isLast) return;
      }
    this.#push(task);
  }

  /** Calls back when everything before was handled: at once if nothing waits. */
  afterwards(callback: () => void): void {
    if (this.idle) callback();
    else this.#push(callback);
  }

  /** Forgets what waits, callbacks too. */
  clear(): void {
    this.#tasks.length = 0;
  }

  /** @internal Does the next piece. Returns whether more is left. */
  advance(): boolean {
    const task = this.#tasks[0];
    if (task === undefined) return false;
    if (typeof task !== 'function' && !task.next()) return true;
    this.#tasks.shift();
    if (typeof task === 'function') task();
    // What belongs to the end of a task costs nothing and waits for no turn of its own.
    while (typeof this.#tasks[0] === 'function') (this.#tasks.shift() as () => void)();
    return this.#tasks.length > 0;
  }

  #push(task: OutputTask | (() => void)): void {
    this.#tasks.push(task);
    if (this.#tasks.length === 1) this.#turns.add(this);
  }
}

/** Bytes for one stream of a sink. */
export class WriteTask implements OutputTask {
  readonly #sink: LogSink;
  readonly #stream: LogStream;
  readonly #bytes: Uint8Array;
  readonly #handled: (bytes: number) => void;
  #at = 0;

  /** `handled` is called once with the number of bytes. The bytes are not copied. */
  constructor(
    sink: LogSink,
    stream: LogStream,
    bytes: Uint8Array,
    handled: (bytes: number) => void,
  ) {
    this.#sink = sink;
    this.#stream = stream;
    this.#bytes = bytes;
    this.#handled = handled;
  }

  next(): boolean {
    const start = this.#at;
    this.#at = Math.min(start + outputPieceBytes, this.#bytes.length);
    this.#sink.write(this.#stream, this.#bytes.subarray(start, this.#at));
    if (this.#at < this.#bytes.length) return false;
    this.#handled(this.#bytes.length);
    return true;
  }
}
