/** The right to use a cached value. Release it once. */
export interface Lease<Value> {
  readonly value: Value;
  release(): void;
}

interface Entry<Value> {
  readonly value: Promise<Value>;
  leases: number;
  /** Known when it is made. */
  bytes: number;
}

export interface SharedCacheOptions<Value> {
  /** Most values kept although nobody uses them. */
  readonly unusedMax: number;
  /** Most bytes that these hold together. */
  readonly unusedBytesMax: number;
  readonly bytesOf: (value: Value) => number;
  readonly onEvict: (value: Value) => void;
}

/**
 * Values that are made once for equal keys, joined while they are being made, and kept while
 * somebody uses them. Of those that nobody uses, the latest stay, as many as the options allow.
 */
export class SharedCache<Value> {
  readonly #options: SharedCacheOptions<Value>;
  readonly #entries = new Map<string, Entry<Value>>();
  /** Keys without leases, the longest unused first. */
  readonly #unused = new Set<string>();
  #unusedBytes = 0;

  constructor(options: SharedCacheOptions<Value>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Finds the value or makes it. A failure is not kept. */
  async lease(key: string, make: () => Promise<Value>): Promise<Lease<Value>> {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { value: make(), leases: 0, bytes: 0 };
      this.#entries.set(key, entry);
    }
    const found = entry;
    found.leases += 1;
    if (this.#unused.delete(key)) this.#unusedBytes -= found.bytes;
    try {
      const value = await found.value;
      found.bytes = this.#options.bytesOf(value);
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
      this.#unusedBytes += entry.bytes;
      const { unusedMax, unusedBytesMax } = this.#options;
      while (this.#unused.size > unusedMax || this.#unusedBytes > unusedBytesMax) this.#evict();
    };
  }

  #evict(): void {
    const [key] = this.#unused;
    if (key === undefined) return;
    const entry = this.#entries.get(key);
    this.#unused.delete(key);
    this.#unusedBytes -= entry?.bytes ?? 0;
    this.#entries.delete(key);
    // Only values that were made get here: a failed one has no releaser.
    void entry?.value.then(this.#options.onEvict);
  }
}
