import { ByteReader } from './byte-reader.js';
import type { FunctionType, ValueTypeName } from './description.js';
import { readValueType, skipSubType } from './value-types.js';

/**
 * A module's types. Only the function types that an import or export names are spelled out, once
 * each: a hostile type section holds far more than a description ever shows.
 */
export class TypeSpace {
  /** Per type the offset of its parameters, or 0 when it is no function type. */
  readonly #offsets: number[] = [];
  readonly #known = new Map<number, FunctionType>();
  #section: ByteReader | undefined;
  #described = 0;
  #definesArrays = false;

  get definesArrays(): boolean {
    return this.#definesArrays;
  }

  get size(): number {
    return this.#offsets.length;
  }

  /** Reads the type section. */
  read(section: ByteReader): void {
    this.#section = section;
    const groups = section.count('types', 'types');
    for (let group = 0; group < groups; group += 1) {
      const members = this.#groupSize(section);
      section.assertLimit('types', this.#offsets.length + members, 'types');
      for (let member = 0; member < members; member += 1) {
        const type = skipSubType(section);
        this.#offsets.push(type.kind === 'function' ? type.offset : 0);
        if (type.kind === 'array') this.#definesArrays = true;
      }
    }
  }

  /** The function type of that index; `user` is where the index stands. */
  functionType(index: number, user: ByteReader): FunctionType {
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    const offset = this.#offsets[index] ?? 0;
    if (offset === 0 || this.#section === undefined)
      throw user.malformed(`type ${String(index)} is no function type`);
    const reader = new ByteReader(this.#section.bytes, offset, this.#section.end, 'type');
    const signature = { params: this.#values(reader), results: this.#values(reader) };
    this.#known.set(index, signature);
    return signature;
  }

  #groupSize(section: ByteReader): number {
    if (section.peek() !== 0x4e) return 1;
    section.offset += 1;
    return section.count('types', 'types');
  }

  #values(reader: ByteReader): readonly ValueTypeName[] {
    const count = reader.u32();
    this.#described += count;
    reader.assertLimit('describedSignatureValues', this.#described, 'parameters and results');
    return Array.from({ length: count }, () => readValueType(reader));
  }
}
