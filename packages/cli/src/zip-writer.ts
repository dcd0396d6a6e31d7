import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive. */
export interface ZipFile {
  /** Relative, with `/` between its parts. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** 1 January 1980, the earliest that the format knows: equal files make equal archives. */
const dosDate = 0x0021;
const utf8Names = 0x0800;
const versionNeeded = 20;
/** Made on Unix, as files of mode 0644. */
const madeBy = (3 << 8) | versionNeeded;
const fileMode = 0o100644 * 0x10000;

interface WrittenFile {
  readonly name: Buffer;
  readonly header: Buffer;
  readonly offset: number;
}

/** Makes a zip: deflated where that helps, in the order given, the same bytes for the same files. */
export function writeZip(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const written: WrittenFile[] = [];
  let offset = 0;
  const push = (...buffers: readonly Buffer[]): void => {
    for (const buffer of buffers) {
      parts.push(buffer);
      offset += buffer.length;
    }
  };
  for (const { path, bytes } of files) {
    const name = Buffer.from(path);
    const deflated = deflateRawSync(bytes, { level: 9 });
    const stored = deflated.length >= bytes.length;
    const body = stored ? Buffer.from(bytes) : deflated;
    const header = commonHeader(name, bytes, body, stored);
    written.push({ name, header, offset });
    push(Buffer.from('PK\x03\x04', 'latin1'), header, name, body);
  }
  const directoryStart = offset;
  for (const { name, header, offset: at } of written) {
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(fileMode >>> 0, 6);
    tail.writeUInt32LE(at, 10);
    const head = Buffer.from('PK\x01\x02\0\0', 'latin1');
    head.writeUInt16LE(madeBy, 4);
    push(head, header, tail, name);
  }
  push(endRecord(written.length, directoryStart, offset - directoryStart));
  return Buffer.concat(parts);
}

/** The 26 bytes that a file's own header and its entry in the directory share. */
function commonHeader(name: Buffer, bytes: Uint8Array, body: Buffer, stored: boolean): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(versionNeeded, 0);
  header.writeUInt16LE(utf8Names, 2);
  header.writeUInt16LE(stored ? 0 : 8, 4);
  header.writeUInt16LE(0, 6);
  header.writeUInt16LE(dosDate, 8);
  header.writeUInt32LE(crc32(bytes), 10);
  header.writeUInt32LE(body.length, 14);
  header.writeUInt32LE(bytes.length, 18);
  header.writeUInt16LE(name.length, 22);
  return header;
}

function endRecord(count: number, start: number, length: number): Buffer {
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(length, 12);
  record.writeUInt32LE(start, 16);
  return record;
}
