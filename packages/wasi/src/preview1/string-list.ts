import type { GuestMemory } from './guest-memory.js';

/** The arguments or the environment as guests read them: NUL-terminated strings, one after the other. */
export class StringList {
  readonly count: number;
  readonly #block: Uint8Array;

  /** No string may hold a NUL. */
  constructor(strings: readonly string[]) {
    this.count = strings.length;
    this.#block = Buffer.from(strings.map((text) => `${text}\0`).join(''));
  }

  get byteLength(): number {
    return this.#block.length;
  }

  /** Writes the strings to `pointer` and where each begins to `list`. */
  write(memory: GuestMemory, list: number, pointer: number): void {
    memory.set(pointer, this.#block);
    let start = 0;
    for (let index = 0; index < this.count; index += 1) {
      memory.setU32((list >>> 0) + index * 4, (pointer >>> 0) + start);
      start = this.#block.indexOf(0, start) + 1;
    }
  }
}
