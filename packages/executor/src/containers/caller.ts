import type { RunEnd } from '@wasmwhisk/runtime';
import { RunBag } from './run-bag.js';

/** Who waits for the answers of runs, and may go before they come. */
export class Caller {
  readonly #runs = new RunBag();
  #gone = false;

  get gone(): boolean {
    return this.#gone;
  }

  /** The caller went away: its runs are ended, and further ones do not begin. */
  go(): void {
    this.#gone = true;
    const reason: RunEnd = { type: 'caller-gone' };
    this.#runs.abort(reason);
  }

  /** Notes a run, until `forget`. */
  await(run: AbortController): void {
    this.#runs.add(run);
    if (this.#gone) this.go();
  }

  forget(run: AbortController): void {
    this.#runs.delete(run);
  }
}
