import { frameMarker } from '@wasmwhisk/protocol';
import type { LogLine } from './log-line.js';
import type { LogDestination, LogOwner } from './log-destination.js';

/** Writes whole lines to a stream at once. */
export type WriteLine = (text: string) => void;

/**
 * The streams of a Docker container as a stock invoker reads them: guest lines as they are, and a
 * frame marker on each stream when an activation is over. Nothing else is ever written there.
 */
export class FramedDestination implements LogDestination {
  readonly #stdout: WriteLine;
  readonly #stderr: WriteLine;

  constructor(stdout: WriteLine, stderr: WriteLine) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  line(_owner: LogOwner, line: LogLine): void {
    const write = line.stream === 'stdout' ? this.#stdout : this.#stderr;
    write(`${line.log}\n`);
  }

  end(): void {
    this.#stdout(`${frameMarker}\n`);
    this.#stderr(`${frameMarker}\n`);
  }

  refusal(_containerId: string, text: string): void {
    this.#stderr(`${text}\n`);
  }
}

/**
 * The process's own streams. On Linux writes of the main thread to pipes and files are synchronous,
 * which is what "lines, then marker, then answer" needs.
 */
export function createProcessDestination(): FramedDestination {
  return new FramedDestination(
    (text) => void process.stdout.write(text),
    (text) => void process.stderr.write(text),
  );
}
