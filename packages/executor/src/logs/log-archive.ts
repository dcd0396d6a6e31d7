import type { LogLine } from './activation-log.js';
import type { LogOwner } from './log-destination.js';

/** What one line costs beside its text, in bytes: the objects around it. */
const lineOverheadBytes = 160;
/** What one activation costs beside its lines. */
const recordOverheadBytes = 400;

interface ArchivedLog {
  readonly lines: LogLine[];
  bytes: number;
}

/** Keeps the logs of recent activations for invokers that fetch them. The oldest go first. */
export class LogArchive {
  readonly #bytesMax: number;
  readonly #logs = new Map<string, ArchivedLog>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Notes that an activation exists, so that an empty log can be told from an unknown one. */
  open(owner: LogOwner): void {
    const key = keyOf(owner);
    if (this.#bytesMax === 0 || this.#logs.has(key)) return;
    this.#logs.set(key, { lines: [], bytes: recordOverheadBytes });
    this.#bytes += recordOverheadBytes;
    this.#evict();
  }

  add(owner: LogOwner, line: LogLine): void {
    const log = this.#logs.get(keyOf(owner));
    if (log === undefined) return;
    const bytes = line.log.length * 2 + lineOverheadBytes;
    log.lines.push(line);
    log.bytes += bytes;
    this.#bytes += bytes;
    this.#evict();
  }

  get(owner: LogOwner): readonly LogLine[] | undefined {
    return this.#logs.get(keyOf(owner))?.lines;
  }

  #evict(): void {
    while (this.#bytes > this.#bytesMax) {
      const [oldest] = this.#logs;
      if (oldest === undefined) return;
      this.#logs.delete(oldest[0]);
      this.#bytes -= oldest[1].bytes;
    }
  }
}

function keyOf(owner: LogOwner): string {
  return `${owner.containerId}\n${owner.activationId}`;
}
