import { once } from 'node:events';
import { crc32, gzipSync } from 'node:zlib';
import AdmZip from 'adm-zip';
import { pack } from 'tar-stream';

export type Files = Readonly<Record<string, string | Buffer>>;

/** A zip with these files, in this order. */
export function zip(files: Files): Buffer {
  const archive = new AdmZip();
  for (const [name, content] of Object.entries(files))
    archive.addFile(name, Buffer.from(content as Buffer));
  return archive.toBuffer();
}

/** A gzip tar with these files, in this order. */
export async function tarGz(files: Files): Promise<Buffer> {
  const archive = pack();
  const chunks: Buffer[] = [];
  archive.on('data', (chunk) => chunks.push(chunk as Buffer));
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  await once(archive, 'end');
  return gzipSync(Buffer.concat(chunks));
}

/** A zip in which each entry says what a lying one would say. */
export interface ZipEntryFields {
  readonly name: string;
  readonly content?: Buffer;
  /** What the directory says of the unpacked size. */
  readonly declaredSize?: number;
  readonly method?: number;
  /** Bytes as they stand in the archive; default: `content`. */
  readonly packed?: Buffer;
  /** Unix mode in the upper half of the external attributes. */
  readonly mode?: number;
  readonly crc?: number;
}

/** Writes a zip field by field, whatever it says. */
export function rawZip(entries: readonly ZipEntryFields[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const content = entry.content ?? Buffer.alloc(0);
    const packed = entry.packed ?? content;
    const size = entry.declaredSize ?? content.length;
    const crc = entry.crc ?? crc32(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800, 2);
    fields.writeUInt16LE(entry.method ?? 0, 4);
    fields.writeUInt16LE(0, 6);
    fields.writeUInt16LE(0x21, 8);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields, tail, name]),
    );
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
