import { ByteReader } from './byte-reader.js';
import { encodeUnsigned } from './limits-type.js';
import { preambleBytes, walkModuleSections, type ModuleSection } from './module-sections.js';

/** Pieces of a new file: a run of the old bytes, or new ones. */
export type Piece = { readonly start: number; readonly end: number } | readonly number[];

/** Collects the pieces of a rewritten part; neighbouring runs of old bytes become one. */
export class PieceList {
  readonly pieces: Piece[] = [];
  byteLength = 0;

  keep(start: number, end: number): void {
    if (end <= start) return;
    const last = this.pieces.at(-1);
    if (last !== undefined && 'end' in last && last.end === start)
      this.pieces[this.pieces.length - 1] = { start: last.start, end };
    else this.pieces.push({ start, end });
    this.byteLength += end - start;
  }

  add(bytes: readonly number[]): void {
    this.pieces.push(bytes);
    this.byteLength += bytes.length;
  }

  append(other: PieceList): void {
    for (const piece of other.pieces)
      if ('end' in piece) this.keep(piece.start, piece.end);
      else this.add(piece);
  }

  /** Adds a whole section with this content. */
  addSection(id: number, content: PieceList): void {
    this.add([id, ...encodeUnsigned(content.byteLength)]);
    this.append(content);
  }

  /** The new file: one allocation, one copy. */
  toBytes(old: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.byteLength);
    let offset = 0;
    for (const piece of this.pieces) {
      const part = 'end' in piece ? old.subarray(piece.start, piece.end) : piece;
      bytes.set(part, offset);
      offset += part.length;
    }
    return bytes;
  }
}

/** Makes a new module out of an old one: `rewrite` adds what each section becomes. */
export function rewriteSections(
  bytes: Uint8Array,
  rewrite: (section: ModuleSection, output: PieceList) => void,
): Uint8Array<ArrayBuffer> {
  const output = new PieceList();
  output.keep(0, preambleBytes);
  for (const section of walkModuleSections(new ByteReader(bytes))) rewrite(section, output);
  return output.toBytes(bytes);
}
