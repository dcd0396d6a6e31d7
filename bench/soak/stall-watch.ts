/** When no activity ends for this long, something hangs: the longest of them takes 3 s. */
const stallMs = 45_000;

/** Tells when a soak hangs, and what hangs. */
export class StallWatch {
  /** Rejects after a while without an end; never resolves. */
  readonly stalled: Promise<never>;
  readonly #timer: NodeJS.Timeout;
  #lastEndAt = performance.now();

  constructor(namesInProgress: () => readonly string[]) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.stalled = promise;
    // Nobody listens any more when it is stopped.
    promise.catch(() => undefined);
    this.#timer = setInterval(() => {
      if (performance.now() - this.#lastEndAt < stallMs) return;
      reject(
        new Error(
          `No activity ended for ${String(stallMs)} ms. In progress: ${namesInProgress().join(', ')}.`,
        ),
      );
    }, 500);
  }

  noteEnd(): void {
    this.#lastEndAt = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
