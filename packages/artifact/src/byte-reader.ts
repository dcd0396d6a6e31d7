import { isUtf8 } from 'node:buffer';
import { ArtifactError } from './artifact-error.js';
import { artifactLimits, type ArtifactLimitName } from './artifact-limits.js';

/**
 * A cursor over a part of an artifact that never leaves it. Offsets are those of the whole artifact.
 * Every method throws `ArtifactError` (`malformed`, `limit-exceeded`) and nothing else.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** First offset behind this part. */
  readonly end: number;
  /** Name of the section, for messages. */
  readonly section: string | undefined;
  offset: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length, section?: string) {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
    this.section = section;
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  /** An error that says what is wrong at `offset`. Returned, not thrown, so that callers read as what they are. */
  malformed(what: string, offset: number = this.offset): ArtifactError {
    return new ArtifactError(
      'malformed',
      `The artifact is no valid WebAssembly: ${what}${this.#where(offset)}. ` +
        'Build it again, or send the file whole and unchanged.',
      { ...(this.section === undefined ? {} : { section: this.section }), offset },
    );
  }

  /** Throws `limit-exceeded` when `count` is above the limit of that name. */
  assertLimit(limit: ArtifactLimitName, count: number, what: string): void {
    const most = artifactLimits[limit];
    if (count <= most) return;
    throw new ArtifactError(
      'limit-exceeded',
      `The artifact has too many ${what}: ${String(count)}${this.#where(this.offset)}, ` +
        `and at most ${String(most)} are taken. Split the program or strip what it does not need.`,
      { ...(this.section === undefined ? {} : { section: this.section }), offset: this.offset },
    );
  }

  byte(): number {
    const value = this.offset < this.end ? this.bytes[this.offset] : undefined;
    if (value === undefined) throw this.malformed('it ends in the middle');
    this.offset += 1;
    return value;
  }

  peek(): number | undefined {
    return this.offset < this.end ? this.bytes[this.offset] : undefined;
  }

  skip(length: number): void {
    if (length > this.end - this.offset)
      throw this.malformed(
        `${String(length)} bytes are announced and ${String(this.end - this.offset)} are left`,
      );
    this.offset += length;
  }

  /** The next `length` bytes as a part of their own, skipped here. */
  part(length: number, section: string | undefined = this.section): ByteReader {
    const start = this.offset;
    this.skip(length);
    return new ByteReader(this.bytes, start, start + length, section);
  }

  /** Unsigned LEB128 of 32 bits, in at most 5 bytes. */
  u32(): number {
    const start = this.offset;
    let value = 0;
    for (let index = 0; index < 5; index += 1) {
      const byte = this.byte();
      if (index === 4 && byte > 0x0f) throw this.malformed('a number exceeds 32 bits', start);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw this.malformed('a number is longer than 5 bytes', start);
  }

  /** Unsigned LEB128 of 64 bits. Above 2^53 - 1 the answer is 2^53 - 1: such a limit means "no limit" to all. */
  u64(): number {
    const start = this.offset;
    let value = 0;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.byte();
      if (index === 9 && byte > 0x01) throw this.malformed('a number exceeds 64 bits', start);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return Math.min(value, Number.MAX_SAFE_INTEGER);
    }
    throw this.malformed('a number is longer than 10 bytes', start);
  }

  /** Signed LEB128 of 33 bits: a type index (not negative) or a one-byte type code (negative). */
  s33(): number {
    const start = this.offset;
    let value = 0;
    for (let index = 0; index < 5; index += 1) {
      const byte = this.byte();
      if (index === 4 && byte > 0x0f && byte < 0x70)
        throw this.malformed('a number exceeds 33 bits', start);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return byte >= 0x40 ? value - 2 ** (7 * (index + 1)) : value;
    }
    throw this.malformed('a number is longer than 5 bytes', start);
  }

  /** Passes over a signed LEB128 of at most `bytesMax` bytes. */
  skipSigned(bytesMax: number): void {
    const start = this.offset;
    for (let index = 0; index < bytesMax; index += 1) if (this.byte() < 0x80) return;
    throw this.malformed(`a number is longer than ${String(bytesMax)} bytes`, start);
  }

  /** A count of things of at least one byte each, within its limit. Never more than there are bytes. */
  count(limit: ArtifactLimitName, what: string): number {
    const start = this.offset;
    const count = this.u32();
    if (count > this.end - this.offset)
      throw this.malformed(
        `${String(count)} ${what} are announced and too few bytes follow`,
        start,
      );
    this.assertLimit(limit, count, what);
    return count;
  }

  /** A name: length, then UTF-8. */
  name(): string {
    const start = this.offset;
    const length = this.u32();
    this.assertLimit('nameBytes', length, 'bytes in one name');
    const from = this.offset;
    this.skip(length);
    const bytes = this.bytes.subarray(from, from + length);
    if (!isUtf8(bytes)) throw this.malformed('a name is no valid UTF-8', start);
    return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8');
  }

  /** Throws unless all bytes of this part were read. */
  assertDone(): void {
    if (!this.done) throw this.malformed(`${String(this.end - this.offset)} bytes too many follow`);
  }

  #where(offset: number): string {
    const section = this.section === undefined ? '' : ` in the ${this.section} section`;
    return `${section} at byte ${String(offset)}`;
  }
}
