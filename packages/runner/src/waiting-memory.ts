interface Holding {
  readonly unit: string;
  readonly bytes: number;
}

/**
 * What guests hold while they wait. Few guests compute at once, but thousands can wait, each with all
 * the memory that one may have.
 */
export class WaitingMemory {
  readonly #holdings = new Map<number, Holding>();
  readonly #byUnit = new Map<string, number>();
  #bytes = 0;

  /** All of it. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A run begins to wait, holding this much. */
  add(run: number, holding: Holding): void {
    this.delete(run);
    if (holding.bytes === 0) return;
    this.#holdings.set(run, holding);
    this.#change(holding, holding.bytes);
  }

  /** A run goes on, or is over. */
  delete(run: number): void {
    const holding = this.#holdings.get(run);
    if (holding === undefined) return;
    this.#holdings.delete(run);
    this.#change(holding, -holding.bytes);
  }

  /** Whose run should go when it is too much: the largest of the unit that holds most, the latest of equals. */
  largest(): number | undefined {
    let unit: string | undefined;
    for (const [name, bytes] of this.#byUnit)
      if (unit === undefined || bytes > (this.#byUnit.get(unit) ?? 0)) unit = name;
    let largest: { readonly run: number; readonly bytes: number } | undefined;
    for (const [run, holding] of this.#holdings)
      if (holding.unit === unit && holding.bytes >= (largest?.bytes ?? 0))
        largest = { run, bytes: holding.bytes };
    return largest?.run;
  }

  #change({ unit }: Holding, bytes: number): void {
    this.#bytes += bytes;
    const left = (this.#byUnit.get(unit) ?? 0) + bytes;
    if (left === 0) this.#byUnit.delete(unit);
    else this.#byUnit.set(unit, left);
  }
}
