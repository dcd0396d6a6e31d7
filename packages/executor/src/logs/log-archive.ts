import type { LogLine } from './log-line.js';
import type { LogOwner } from './log-destination.js';

/** What one line costs beside its text, in bytes: the objects around it. */
const lineOverheadBytes = 160;
/** What one activation costs beside its lines. */
const recordOverheadBytes = 400;

interface ArchivedLog {
  readonly lines: LogLine[];
  bytes: number;
}

/** Most activations write nothing: they share this record, and get one of their own with the first line. */
const emptyLog: ArchivedLog = { lines: [], bytes: recordOverheadBytes };

/** Keeps the logs of recent activations for invokers that fetch them. The oldest go first. */
export class LogArchive {
  readonly #bytesMax: number;
  readonly #logs = new Map<string, ArchivedLog>();
  /**
   * Goes on where it stopped. A new iterator would first walk over the places of all that was deleted
   * since the map was last tidied, which are as many as the entries: 50 us for each activation.
   */
  #oldestFirst = this.#logs.entries();
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
    this.#logs.set(key, emptyLog);
    this.#bytes += recordOverheadBytes + bytesOf(key);
    this.#evict();
  }

  add(owner: LogOwner, line: LogLine): void {
    const key = keyOf(owner);
    let log = this.#logs.get(key);
    if (log === undefined) return;
    if (log === emptyLog) {
      log = { lines: [], bytes: recordOverheadBytes };
      // Keeps its place in the order.
      this.#logs.set(key, log);
    }
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
      const oldest = this.#nextOldest();
      if (oldest === undefined) return;
      this.#logs.delete(oldest[0]);
      this.#bytes -= oldest[1].bytes + bytesOf(oldest[0]);
    }
  }

  #nextOldest(): [key: string, log: ArchivedLog] | undefined {
    const next = this.#oldestFirst.next();
    if (next.done !== true) return next.value;
    // It was at the end once, and would stay there.
    this.#oldestFirst = this.#logs.entries();
    const first = this.#oldestFirst.next();
    return first.done === true ? undefined : first.value;
  }
}

/** Callers choose both ids, with any character in them: the length tells where the first one ends. */
function keyOf({ containerId, activationId }: LogOwner): string {
  return `${String(containerId.length)} ${containerId} ${activationId}`;
}

/** Ids may be long, too: a megabyte is allowed on the wire. */
function bytesOf(key: string): number {
  return key.length * 2;
}
