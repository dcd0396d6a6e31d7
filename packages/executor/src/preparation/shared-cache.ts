/** The right to use a cached value. Release it once. */
export interface Lease<Value> {
  readonly value: Value;
  release(): void;
}

interface Entry<Value> {
  readonly value: Promise<Value>;
  leases: number;
}

/**
 * Values that are made once for equal keys, joined while they are being made, and kept while
 * somebody uses them. Of those that nobody uses, the latest `unusedMax` stay.
 */
export class SharedCache<Value> {
  readonly #unusedMax: number;
  readonly #onEvict: (value: Value) => void;
  readonly #entries = new Map<string, Entry<Value>>();
  /** Keys without leases, the longest unused first. */
  readonly #unused = new Set<string>();

  constructor(unusedMax: number, onEvict: (value: Value) => void) {
    this.#unusedMax = unusedMax;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Finds the value or makes it. A failure is not kept. */
  async lease(key: string, make: () => Promise<Value>): Promise<Lease<Value>> {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { value: make(), leases: 0 };
      this.#entries.set(key, entry);
    }
    const found = entry;
    found.leases += 1;
    this.#unused.delete(key);
    try {
      const value = await found.value;
      return { value, release: this.#releaser(key, found) };
    } catch (error) {
      if (this.#entries.get(key) === found) this.#entries.delete(key);
      throw error;
    }
  }

  #releaser(key: string, entry: Entry<Value>): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      entry.leases -= 1;
      if (entry.leases > 0) return;
      this.#unused.add(key);
      if (this.#unused.size > this.#unusedMax) this.#evict();
    };
  }

  #evict(): void {
    const [key] = this.#unused;
    if (key === undefined) return;
    const entry = this.#entries.get(key);
    this.#unused.delete(key);
    this.#entries.delete(key);
    // Only values that were made get here: a failed one has no releaser.
    void entry?.value.then(this.#onEvict);
  }
}
