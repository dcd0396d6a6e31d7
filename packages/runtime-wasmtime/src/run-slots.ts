/** Numbers below this are places in the table, multiples of it tell apart the runs that had one. */
const slotsMax = 2 ** 22;
/** Numbers are exact up to here. */
const generationsMax = 2 ** 30;

/**
 * Runs in progress by number. A `Map` would do, but leaves a chain of its outgrown tables behind, each
 * of which keeps the runs alive that it once held: V8 then copies megabytes at every scavenge, which
 * takes milliseconds (measured: 6 to 9 ms each instead of about 1).
 *
 * A number does not come again before 2^30 others of its place, so that a late event meets nobody.
 */
export class RunSlots<Run> {
  readonly #runs: (Run | undefined)[] = [];
  readonly #generations: number[] = [];
  readonly #free: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @throws RangeError when there are 2^22 runs, twice as many as can be configured */
  add(run: Run): number {
    const slot = this.#free.pop() ?? this.#runs.length;
    if (slot >= slotsMax) throw new RangeError('there are too many runs in progress');
    const generation = ((this.#generations[slot] ?? 0) + 1) % generationsMax;
    this.#generations[slot] = generation;
    this.#runs[slot] = run;
    this.#size += 1;
    return generation * slotsMax + slot;
  }

  get(number: number): Run | undefined {
    const slot = number % slotsMax;
    return this.#generations[slot] === (number - slot) / slotsMax ? this.#runs[slot] : undefined;
  }

  /** Removes a run. */
  take(number: number): Run | undefined {
    const run = this.get(number);
    if (run === undefined) return undefined;
    const slot = number % slotsMax;
    this.#runs[slot] = undefined;
    this.#free.push(slot);
    this.#size -= 1;
    return run;
  }

  *values(): Generator<Run> {
    for (const run of this.#runs) if (run !== undefined) yield run;
  }

  clear(): void {
    for (let slot = 0; slot < this.#runs.length; slot += 1)
      if (this.#runs[slot] !== undefined)
        this.take((this.#generations[slot] ?? 0) * slotsMax + slot);
  }
}
