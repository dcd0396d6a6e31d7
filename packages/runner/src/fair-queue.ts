/** Something that waits its turn on behalf of a unit of trust. */
export interface QueuedItem {
  readonly unit: string;
}

/**
 * A queue that units of trust share: within a unit first come, first served; between units turn by
 * turn, however many each of them has queued.
 */
export class FairQueue<Item extends QueuedItem> {
  /** The unit whose turn is next comes first. None is empty. */
  readonly #units = new Map<string, Set<Item>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: Item): void {
    const items = this.#units.get(item.unit);
    if (items === undefined) this.#units.set(item.unit, new Set([item]));
    else items.add(item);
    this.#size += 1;
  }

  /** Does nothing when it is not queued. */
  delete(item: Item): void {
    const items = this.#units.get(item.unit);
    if (items?.delete(item) !== true) return;
    this.#size -= 1;
    if (items.size === 0) this.#units.delete(item.unit);
  }

  /**
   * Offers the first item of every unit, in turn, until none is taken any more. A unit whose item was
   * not taken is not asked again: its others would not be either.
   */
  serve(take: (item: Item) => boolean): void {
    let willing = [...this.#units.keys()];
    while (willing.length > 0) {
      willing = willing.filter((unit) => {
        const items = this.#units.get(unit);
        const [first] = items ?? [];
        if (items === undefined || first === undefined || !take(first)) return false;
        // To the end: next time it is the others' turn.
        this.#units.delete(unit);
        this.#units.set(unit, items);
        this.delete(first);
        return true;
      });
    }
  }

  /**
   * Who makes room for one more item of this unit when the queue is full: the last item of the unit
   * that has most. `undefined` when that would be no fairer than to refuse the new one.
   */
  makeRoomFor(unit: string): Item | undefined {
    let most: ReadonlySet<Item> = new Set();
    for (const items of this.#units.values()) if (items.size > most.size) most = items;
    if (most.size <= (this.#units.get(unit)?.size ?? 0) + 1) return undefined;
    const last = [...most].at(-1);
    if (last !== undefined) this.delete(last);
    return last;
  }
}
