import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readIdentity } from './file-identity.js';

/*
 * SQLite takes a write-ahead log up to the first frame whose checksum is wrong, and forgets the rest without a word:
 * it cannot tell a frame that was cut off by a crash from one that was damaged later. We can, by two
 * signs. A log is written from its beginning on, so that no sound frame of the same generation follows
 * a torn one; and the index beside it, `-shm`, says how many frames were committed.
 *
 * The format: https://sqlite.org/fileformat2.html#walformat, and https://sqlite.org/walformat.html.
 */

const headerBytes = 32;
const frameHeaderBytes = 24;
const magicLittle = 0x377f0682;
const magicBig = 0x377f0683;
const pageBytesMax = 65_536;
const indexHeaderBytes = 48;

/** What the frames of a log say. */
interface LogContent {
  /** Frames up to the last commit that SQLite will take. */
  readonly committed: number;
  /** Whether sound or torn frames of this generation lie behind the first one that is not taken. */
  readonly hasFramesBehind: boolean;
  readonly salts: string;
}

/**
 * What is wrong with the log of a database that no process has open; `undefined` when nothing is. To be
 * asked before SQLite opens the database and writes the log anew.
 *
 * @param path of the database
 */
export function findLogDamage(path: string): 'damaged' | 'missing' | undefined {
  const log = `${path}-wal`;
  const promised = readIndex(`${path}-shm`);
  const isPromised = promised !== undefined && promised.frames > promised.backfilled;
  if (readIdentity(log) === undefined) return isPromised ? 'missing' : undefined;
  const content = readLog(log);
  if (content === 'empty') return isPromised ? 'damaged' : undefined;
  if (content === 'unreadable') return 'damaged';
  // The index knows best: frames of a transaction that was rolled back may lie behind too. That of
  // another generation says nothing.
  const isDamaged =
    promised?.salts === content.salts
      ? isPromised && content.committed < promised.frames
      : content.hasFramesBehind;
  return isDamaged ? 'damaged' : undefined;
}

function readLog(path: string): LogContent | 'empty' | 'unreadable' {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size === 0) return 'empty';
    const header = Buffer.alloc(headerBytes);
    if (readSync(file, header, 0, headerBytes, 0) < headerBytes) return 'unreadable';
    const magic = header.readUInt32BE(0);
    const pageBytes = header.readUInt32BE(8);
    const isKnown = magic === magicLittle || magic === magicBig;
    if (!isKnown || pageBytes < 512 || pageBytes > pageBytesMax) return 'unreadable';
    const sum = new Checksum(magic === magicBig);
    sum.add(header.subarray(0, 24));
    if (!sum.equals(header, 24)) return 'unreadable';
    return readFrames(file, size, pageBytes, header.subarray(16, 24), sum);
  } finally {
    closeSync(file);
  }
}

function readFrames(
  file: number,
  size: number,
  pageBytes: number,
  salts: Buffer,
  sum: Checksum,
): LogContent {
  const frame = Buffer.alloc(frameHeaderBytes + pageBytes);
  const frames = Math.floor((size - headerBytes) / frame.length);
  let committed = 0;
  let torn: number | undefined;
  for (let index = 0; index < frames; index += 1) {
    readSync(file, frame, 0, frame.length, headerBytes + index * frame.length);
    const isOurs = frame.subarray(8, 16).equals(salts);
    if (torn !== undefined) {
      if (isOurs) return { committed, hasFramesBehind: true, salts: salts.toString('hex') };
      continue;
    }
    if (isOurs) {
      sum.add(frame.subarray(0, 8));
      sum.add(frame.subarray(frameHeaderBytes));
    }
    if (!isOurs || !sum.equals(frame, 16)) torn = index;
    else if (frame.readUInt32BE(4) !== 0) committed = index + 1;
  }
  return { committed, hasFramesBehind: false, salts: salts.toString('hex') };
}

/** What the index says was committed, and what of it is in the database. `undefined` when it cannot be trusted. */
function readIndex(
  path: string,
): { readonly frames: number; readonly backfilled: number; readonly salts: string } | undefined {
  if (readIdentity(path) === undefined) return undefined;
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(2 * indexHeaderBytes + 4);
    if (readSync(file, bytes, 0, bytes.length, 0) < bytes.length) return undefined;
    const header = bytes.subarray(0, indexHeaderBytes);
    if (!header.equals(bytes.subarray(indexHeaderBytes, 2 * indexHeaderBytes))) return undefined;
    // It is of this machine, in its own order of bytes.
    const isBig = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;
    const read = (offset: number): number =>
      isBig ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset);
    const sum = new Checksum(isBig);
    sum.add(header.subarray(0, 40));
    if (header[12] !== 1 || !sum.is(read(40), read(44))) return undefined;
    return {
      frames: read(16),
      backfilled: read(2 * indexHeaderBytes),
      salts: header.subarray(32, 40).toString('hex'),
    };
  } finally {
    closeSync(file);
  }
}

/** SQLite's checksum of a log, over one piece after another. */
class Checksum {
  readonly #isBig: boolean;
  #first = 0;
  #second = 0;

  constructor(isBig: boolean) {
    this.#isBig = isBig;
  }

  /** @param bytes a multiple of 8 */
  add(bytes: Buffer): void {
    let first = this.#first;
    let second = this.#second;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isLittle = !this.#isBig;
    for (let offset = 0; offset < bytes.length; offset += 8) {
      first = (first + view.getUint32(offset, isLittle) + second) >>> 0;
      second = (second + view.getUint32(offset + 4, isLittle) + first) >>> 0;
    }
    this.#first = first;
    this.#second = second;
  }

  is(first: number, second: number): boolean {
    return this.#first === first && this.#second === second;
  }

  /** Whether it stands at a place of the file, where numbers are big-endian. */
  equals(bytes: Buffer, offset: number): boolean {
    return this.is(bytes.readUInt32BE(offset), bytes.readUInt32BE(offset + 4));
  }
}
