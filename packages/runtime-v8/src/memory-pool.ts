/**
 * Zeroed linear memories that are used again. A fresh memory costs the kernel a reservation of
 * 10 GiB and its return, which is what makes the tail of run times long; a used one costs filling it
 * with zeros.
 */
export interface MemoryPoolOptions {
  /** Most bytes of one memory that is kept: filling a larger one costs more than making one. */
  readonly memoryBytesMax: number;
  /** Most bytes that all idle memories hold together. */
  readonly idleBytesMax: number;
  /** Most idle memories. Each holds 10 GiB of address space, of which a process has room for 13,000. */
  readonly idleCountMax: number;
}

/** How a guest's memory is made. */
export interface PooledMemoryType {
  readonly initialPages: number;
  readonly maximumPages: number;
}

/**
 * 1 MiB is filled in about 12 us and 4 MiB in 42 us, which is what a fresh memory costs at best; at
 * worst it costs milliseconds. 64 MiB idle are enough for a busy thread.
 */
export const memoryPoolDefaults: MemoryPoolOptions = {
  memoryBytesMax: 4 * 1024 * 1024,
  idleBytesMax: 64 * 1024 * 1024,
  idleCountMax: 128,
};

const pageBytes = 64 * 1024;

/** Belongs to one thread. Memories of equal type are exchanged between modules: zeros are zeros. */
export class MemoryPool {
  readonly #options: MemoryPoolOptions;
  /** By type; the type used longest ago first. */
  readonly #idle = new Map<string, WebAssembly.Memory[]>();
  #idleBytes = 0;
  #idleCount = 0;

  constructor(options: MemoryPoolOptions = memoryPoolDefaults) {
    this.#options = options;
  }

  /** How many bytes idle memories hold. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** A memory that holds nothing but zeros. */
  take(type: PooledMemoryType): WebAssembly.Memory {
    const memory = this.#idle.get(keyOf(type))?.pop();
    if (memory === undefined)
      return new WebAssembly.Memory({ initial: type.initialPages, maximum: type.maximumPages });
    this.#idleBytes -= memory.buffer.byteLength;
    this.#idleCount -= 1;
    return memory;
  }

  /**
   * Takes a memory back when its guest will never run again. One that has grown is dropped, since
   * memories do not shrink; one that is kept is filled with zeros first, whatever the guest did.
   */
  give(type: PooledMemoryType, memory: WebAssembly.Memory): void {
    const { buffer } = memory;
    const bytes = buffer.byteLength;
    if (bytes !== type.initialPages * pageBytes || bytes > this.#options.memoryBytesMax) return;
    if (bytes > this.#options.idleBytesMax) return;
    const key = keyOf(type);
    // One of its own type would go for it: when a thousand guests end at once, filling all their
    // memories makes all of them resident.
    if (this.#isTight(bytes) && this.#idle.keys().next().value === key) return;
    this.#makeRoom(bytes);
    new Uint8Array(buffer).fill(0);
    const idle = this.#idle.get(key) ?? [];
    idle.push(memory);
    // Moves the type to the end: it was used last.
    this.#idle.delete(key);
    this.#idle.set(key, idle);
    this.#idleBytes += bytes;
    this.#idleCount += 1;
  }

  clear(): void {
    this.#idle.clear();
    this.#idleBytes = 0;
    this.#idleCount = 0;
  }

  #makeRoom(bytes: number): void {
    for (const [key, idle] of this.#idle) {
      while (this.#isTight(bytes)) {
        const dropped = idle.pop();
        if (dropped === undefined) break;
        this.#idleBytes -= dropped.buffer.byteLength;
        this.#idleCount -= 1;
      }
      if (idle.length > 0) return;
      this.#idle.delete(key);
    }
  }

  #isTight(bytes: number): boolean {
    const { idleBytesMax, idleCountMax } = this.#options;
    return this.#idleBytes + bytes > idleBytesMax || this.#idleCount >= idleCountMax;
  }
}

function keyOf({ initialPages, maximumPages }: PooledMemoryType): string {
  return `${String(initialPages)}:${String(maximumPages)}`;
}
