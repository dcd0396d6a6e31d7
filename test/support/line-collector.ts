import { frameMarker } from '@wasmwhisk/protocol';

/** A stream of the executor, read as an invoker reads it. */
export class LineCollector {
  #text = '';

  readonly write = (text: string): void => {
    this.#text += text;
  };

  get text(): string {
    return this.#text;
  }

  /** Takes the first line out. */
  takeLine(): string {
    const end = this.#text.indexOf('\n');
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  /** Complete lines, markers included. */
  get lines(): readonly string[] {
    return this.#text.split('\n').slice(0, -1);
  }

  /** Frame markers that stand alone on their line, as a reader on Kubernetes wants them. */
  get markers(): number {
    return this.lines.filter((line) => line === frameMarker).length;
  }

  /** All that is no frame marker, trimmed: what OpenWhisk's suites look at. */
  get filtered(): string {
    return this.lines
      .filter((line) => line !== frameMarker)
      .join('\n')
      .trim();
  }
}
