import type { ActionResult } from '../activation.js';
import { WasmRuntimeError } from '../errors.js';
import type { LogSink } from '../log-sink.js';
import { toPlainResult, type ResultRules } from './result.js';

const nothing = new Uint8Array();

/**
 * The stdout of a command guest: its last line is the result, the lines before are log. Only the
 * latest line is held back; everything before it goes to the log as it comes, so that the log of a
 * guest that never ends can be read.
 *
 * A line counts as last when nothing but line ends follows it.
 */
export class CommandOutput {
  readonly #logs: LogSink;
  readonly #rules: ResultRules;
  /** The held line, with room to grow: a guest may write it byte by byte. */
  #held: Uint8Array<ArrayBuffer> = nothing;
  #heldBytes = 0;
  /** The held line has ended: the next byte that is no line end makes it log. */
  #ended = false;

  constructor(rules: ResultRules) {
    this.#logs = rules.logs;
    this.#rules = rules;
  }

  /** Takes what the guest writes to stdout. The bytes are copied where they must be kept. */
  write(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      const lineEnd = rest.indexOf(0x0a);
      const piece = lineEnd < 0 ? rest : rest.subarray(0, lineEnd + 1);
      if (this.#ended && !isLineEnd(piece)) this.#release();
      this.#hold(piece);
      if (lineEnd < 0) return;
      this.#ended = true;
      rest = rest.subarray(lineEnd + 1);
    }
  }

  /**
   * The guest ended well: makes its result of the last line.
   *
   * @throws WasmRuntimeError `WW_ERR_RESULT_INVALID`, `WW_ERR_RESULT_TOO_LARGE`
   */
  finish(): ActionResult {
    const line = this.#take();
    // The line end is not part of the result, nor of its length.
    let end = line.length;
    while (line[end - 1] === 0x0a || line[end - 1] === 0x0d) end -= 1;
    return toPlainResult(line.subarray(0, end), this.#rules);
  }

  /** The guest failed: what was held back is log after all. */
  abandon(): void {
    this.#release();
  }

  #hold(piece: Uint8Array): void {
    if (this.#heldBytes + piece.length > this.#rules.resultBytes + 1)
      throw new WasmRuntimeError(
        'WW_ERR_RESULT_TOO_LARGE',
        `The action wrote a line of more than ${String(this.#rules.resultBytes)} bytes to stdout, ` +
          'the limit of a result.',
      );
    const bytes = this.#heldBytes + piece.length;
    if (this.#heldBytes === 0) {
      this.#held = piece.slice();
    } else {
      if (bytes > this.#held.length) {
        const grown = new Uint8Array(Math.max(bytes, this.#held.length * 2));
        grown.set(this.#held);
        this.#held = grown;
      }
      this.#held.set(piece, this.#heldBytes);
    }
    this.#heldBytes = bytes;
  }

  #release(): void {
    const line = this.#take();
    if (line.length > 0) this.#logs.write('stdout', line);
  }

  #take(): Uint8Array {
    const line = this.#held.subarray(0, this.#heldBytes);
    this.#held = nothing;
    this.#heldBytes = 0;
    this.#ended = false;
    return line;
  }
}

function isLineEnd(piece: Uint8Array): boolean {
  return piece.every((byte) => byte === 0x0a || byte === 0x0d);
}
