import { gzipSync, crc32, deflateRawSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

/** An entry of a zip made by hand. What is absent is made right; everything may be made wrong. */
export interface ZipPart {
  readonly name: string | Buffer;
  readonly content?: Uint8Array | string;
  /** Packed data, in place of the deflated content. */
  readonly packed?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly unpackedBytes?: number;
  readonly packedBytes?: number;
  /** Unix mode, such as 0o100644. */
  readonly mode?: number;
  /** Local header offset in the directory. */
  readonly start?: number;
  readonly local?: {
    readonly name?: string;
    readonly method?: number;
    readonly crc?: number;
    readonly unpackedBytes?: number;
    readonly packedBytes?: number;
    readonly extra?: Uint8Array;
    readonly signature?: number;
  };
}

export interface ZipEnd {
  readonly comment?: Buffer;
  readonly entries?: number;
  readonly directoryStart?: number;
  readonly directoryBytes?: number;
  readonly disk?: number;
}

/** Writes a zip byte by byte, so that it may lie. */
export function buildZip(parts: readonly ZipPart[], end: ZipEnd = {}): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const { header, entry } = buildEntry(part, offset);
    pieces.push(header);
    directory.push(entry);
    offset += header.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const comment = end.comment ?? Buffer.alloc(0);
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(end.disk ?? 0, 4);
  record.writeUInt16LE(end.disk ?? 0, 6);
  record.writeUInt16LE(end.entries ?? parts.length, 8);
  record.writeUInt16LE(end.entries ?? parts.length, 10);
  record.writeUInt32LE(end.directoryBytes ?? directoryBytes.length, 12);
  record.writeUInt32LE(end.directoryStart ?? offset, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...pieces, directoryBytes, record, comment]);
}

function buildEntry(part: ZipPart, offset: number): { header: Buffer; entry: Buffer } {
  const name = Buffer.from(part.name);
  const content = Buffer.from(part.content ?? '');
  const method = part.method ?? (content.length === 0 ? 0 : 8);
  const packed = Buffer.from(part.packed ?? (method === 8 ? deflateRawSync(content) : content));
  const crc = part.crc ?? crc32(content);
  const packedBytes = part.packedBytes ?? packed.length;
  const unpackedBytes = part.unpackedBytes ?? content.length;
  const flags = part.flags ?? 0x0800;
  const local = part.local ?? {};
  const localName = Buffer.from(local.name ?? name);
  const extra = Buffer.from(local.extra ?? []);

  const header = Buffer.alloc(30);
  header.writeUInt32LE(local.signature ?? 0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(local.method ?? method, 8);
  header.writeUInt32LE(local.crc ?? crc, 14);
  header.writeUInt32LE(local.packedBytes ?? packedBytes, 18);
  header.writeUInt32LE(local.unpackedBytes ?? unpackedBytes, 22);
  header.writeUInt16LE(localName.length, 26);
  header.writeUInt16LE(extra.length, 28);

  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(0x0314, 4);
  entry.writeUInt16LE(20, 6);
  entry.writeUInt16LE(flags, 8);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(packedBytes, 20);
  entry.writeUInt32LE(unpackedBytes, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt32LE(((part.mode ?? 0o100644) << 16) >>> 0, 38);
  entry.writeUInt32LE(part.start ?? offset, 42);
  return {
    header: Buffer.concat([header, localName, extra, packed]),
    entry: Buffer.concat([entry, name]),
  };
}

export interface TarPart {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly type?: Header['type'];
}

/** Makes a gzip tar. */
export async function buildTar(parts: readonly TarPart[]): Promise<Buffer> {
  const writer = pack();
  for (const { name, content = '', type = 'file' } of parts) {
    if (type === 'file') writer.entry({ name, type }, Buffer.from(content));
    else writer.entry({ name, type, linkname: '/etc/passwd' });
  }
  writer.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of writer) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks));
}

/** A whole module in the fewest bytes. */
export const emptyModule = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

/** A module with a custom section of that name, to tell modules apart. */
export function markedModule(mark: string): Buffer {
  return Buffer.concat([
    emptyModule,
    Buffer.from([0, mark.length + 1, mark.length]),
    Buffer.from(mark),
  ]);
}
