/** More names than this are not remembered at once. */
const unitsMax = 10_000;

/** Numbers for units of trust: a number crosses the native border for less than a name. */
export class TrustUnits {
  #numbers = new Map<string, number>();
  #next = 1;

  /** The same number for the same name, as long as not too many others came between. */
  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    // Names that were forgotten get new numbers, which only makes them look like others for a moment.
    if (this.#numbers.size >= unitsMax) this.#numbers = new Map();
    const number = this.#next;
    this.#next = (this.#next + 1) >>> 0;
    this.#numbers.set(name, number);
    return number;
  }
}
