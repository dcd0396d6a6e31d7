import type { Registry } from 'prom-client';

/** How long a text is given out again, in milliseconds. Monitoring asks every few seconds at most. */
const keptMs = 1000;

interface Computation {
  readonly text: Promise<Buffer>;
  readonly startedMs: number;
  isDone: boolean;
}

/** What `/metrics` answers, computed at most once a second however often, and by however many, it is asked for. */
export class MetricsText {
  readonly #registry: Pick<Registry, 'metrics'>;
  readonly #now: () => number;
  #latest: Computation | undefined;

  /** @param now Milliseconds of a clock that never goes back. Default: the process's own. */
  constructor(registry: Pick<Registry, 'metrics'>, now: () => number = () => performance.now()) {
    this.#registry = registry;
    this.#now = now;
  }

  /** At most a second old, unless computing takes longer. */
  read(): Promise<Buffer> {
    const latest = this.#latest;
    if (latest !== undefined && (!latest.isDone || this.#now() - latest.startedMs < keptMs))
      return latest.text;
    const text = this.#registry.metrics().then((written) => Buffer.from(written));
    const computation: Computation = { text, startedMs: this.#now(), isDone: false };
    this.#latest = computation;
    void text.then(
      () => {
        computation.isDone = true;
      },
      () => {
        // The next one tries again.
        if (this.#latest === computation) this.#latest = undefined;
      },
    );
    return text;
  }
}
