import type { LogDestination, LogLine, LogOwner } from '@wasmwhisk/executor';

/**
 * Holds what guests write until their activation's record is made, in the form in which `wsk` prints and
 * strips lines: time with nanoseconds, stream, text.
 */
export class ActivationLogs implements LogDestination {
  /** Only of activations that wrote something: most do not. */
  readonly #lines = new Map<string, string[]>();

  line({ activationId }: LogOwner, line: LogLine): void {
    // Lines about an initialization: whoever asked for it has the error.
    if (activationId === '') return;
    const text = toLogText(line);
    const lines = this.#lines.get(activationId);
    if (lines === undefined) this.#lines.set(activationId, [text]);
    else lines.push(text);
  }

  end(): void {
    // The record is made after it, and takes the lines then.
  }

  refusal(): void {
    // Containers refuse what the pool never asks for; whoever does has the error.
  }

  /** What an activation wrote. It is forgotten here. */
  take(activationId: string): readonly string[] {
    if (this.#lines.size === 0) return noLines;
    const lines = this.#lines.get(activationId);
    if (lines === undefined) return noLines;
    this.#lines.delete(activationId);
    return lines;
  }
}

const noLines: readonly string[] = [];

/** OpenWhisk's form: the time in 30 columns. */
export function toLogText({ time, stream, log }: LogLine): string {
  // With zeros up to the nanosecond the time is 30 characters long, and needs no blanks.
  const precise = time.length === 24 ? `${time.slice(0, 23)}000000Z` : time.padEnd(30);
  return `${precise} ${stream}: ${log}`;
}
