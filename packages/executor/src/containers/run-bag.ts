import type { RunEnd } from '@wasmwhisk/runtime';

/**
 * Runs that can be ended together. An array and no `Set`: that would leave a chain of its outgrown tables
 * behind, which keeps every run alive until the next full collection, and scavenges take milliseconds.
 */
export class RunBag {
  readonly #runs: AbortController[] = [];
  readonly #onEmpty: (() => void)[] = [];

  get size(): number {
    return this.#runs.length;
  }

  add(run: AbortController): void {
    this.#runs.push(run);
  }

  delete(run: AbortController): void {
    // From the end, where most are: the latest run is often the first to end.
    const index = this.#runs.lastIndexOf(run);
    if (index < 0) return;
    const last = this.#runs.pop();
    if (last !== undefined && last !== run) this.#runs[index] = last;
    if (this.#runs.length > 0 || this.#onEmpty.length === 0) return;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Resolves when no run is left. */
  whenEmpty(): Promise<void> {
    if (this.#runs.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  abort(reason: RunEnd): void {
    for (const run of this.#runs.slice()) run.abort(reason);
  }
}
