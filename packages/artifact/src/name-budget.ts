import type { ByteReader } from './byte-reader.js';

/** Reads names until those of one description are too long together. */
export class NameBudget {
  #bytes = 0;

  take(reader: ByteReader): string {
    const start = reader.offset;
    const name = reader.name();
    this.#bytes += reader.offset - start;
    reader.assertLimit('describedNameBytes', this.#bytes, 'bytes in names');
    return name;
  }
}
