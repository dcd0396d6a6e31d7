import type { ByteReader } from './byte-reader.js';

/** What of a function's body compiling costs. */
export interface BodyShape {
  /** Deepest nesting of blocks of any kind, the function's own not counted. */
  readonly depth: number;
  readonly loops: number;
  /** Instructions that branch, call or open a block, labels of a table each: edges of the graph that engines make. */
  readonly edges: number;
}

/** What follows an opcode. */
const none = 0;
const index = 1;
const indexes = 2;
const memoryArgument = 3;
const block = 4;
const loop = 5;
const end = 6;
const branch = 7;
const branchTable = 8;
const call = 9;
const indirectCall = 10;
const float = 11;
const double = 12;
const valueTypes = 13;
const miscellaneous = 14;
const vector = 15;
const atomic = 16;
const reference = 17;
const tryTable = 18;
const delegate = 19;
const unknown = 20;

const immediates = toTable([
  [0x00, 0x01, none],
  [0x02, 0x02, block],
  [0x03, 0x03, loop],
  [0x04, 0x04, block],
  [0x05, 0x05, none],
  [0x06, 0x06, block],
  [0x07, 0x09, index],
  [0x0a, 0x0a, none],
  [0x0b, 0x0b, end],
  [0x0c, 0x0d, branch],
  [0x0e, 0x0e, branchTable],
  [0x0f, 0x0f, none],
  [0x10, 0x10, call],
  [0x11, 0x11, indirectCall],
  [0x12, 0x12, call],
  [0x13, 0x13, indirectCall],
  [0x14, 0x15, call],
  [0x18, 0x18, delegate],
  [0x19, 0x1b, none],
  [0x1c, 0x1c, valueTypes],
  [0x1f, 0x1f, tryTable],
  [0x20, 0x26, index],
  [0x28, 0x3e, memoryArgument],
  [0x3f, 0x42, index],
  [0x43, 0x43, float],
  [0x44, 0x44, double],
  [0x45, 0xc4, none],
  [0xd0, 0xd0, index],
  [0xd1, 0xd1, none],
  [0xd2, 0xd2, index],
  [0xd3, 0xd4, none],
  [0xd5, 0xd6, branch],
  [0xfb, 0xfb, reference],
  [0xfc, 0xfc, miscellaneous],
  [0xfd, 0xfd, vector],
  [0xfe, 0xfe, atomic],
]);

/** Behind 0xfb: garbage collection. */
const casts = 30;
const branchingCasts = 31;
const references = toTable([
  [0x00, 0x01, index],
  [0x02, 0x05, indexes],
  [0x06, 0x07, index],
  [0x08, 0x0a, indexes],
  [0x0b, 0x0e, index],
  [0x0f, 0x0f, none],
  [0x10, 0x10, index],
  [0x11, 0x13, indexes],
  [0x14, 0x17, casts],
  [0x18, 0x19, branchingCasts],
  [0x1a, 0x1e, none],
]);

/** Behind 0xfc: saturating conversions, bulk memory and tables, wide arithmetic. */
const bulk = toTable([
  [0x00, 0x07, none],
  [0x08, 0x08, indexes],
  [0x09, 0x09, index],
  [0x0a, 0x0a, indexes],
  [0x0b, 0x0b, index],
  [0x0c, 0x0c, indexes],
  [0x0d, 0x0d, index],
  [0x0e, 0x0e, indexes],
  [0x0f, 0x11, index],
  [0x13, 0x16, none],
]);

/**
 * Walks the instructions of a body, which begin at `start` behind its locals, in one pass without
 * any allocation. Whether they are valid is the engine's business; what cannot be walked is malformed.
 *
 * @throws ArtifactError `malformed`
 */
export function readBodyShape(body: ByteReader): BodyShape {
  const { bytes, end: limit } = body;
  let at = body.offset;
  let depth = 0;
  let deepest = 0;
  let loops = 0;
  let edges = 0;

  while (at < limit) {
    const start = at;
    const opcode = bytes[at] ?? 0;
    at += 1;
    switch (immediates[opcode]) {
      case none:
        break;
      case index:
        at = pastNumber(bytes, at);
        break;
      case memoryArgument:
        at = pastMemoryArgument(bytes, at);
        break;
      case block:
        at = pastNumber(bytes, at);
        depth += 1;
        if (depth > deepest) deepest = depth;
        edges += 1;
        break;
      case loop:
        at = pastNumber(bytes, at);
        depth += 1;
        if (depth > deepest) deepest = depth;
        edges += 1;
        loops += 1;
        break;
      case delegate:
        // It ends its block, which is never the function.
        at = pastNumber(bytes, at);
        depth -= 1;
        if (depth < 0) throw body.malformed('a function ends in a wrong way', start);
        break;
      case end:
        depth -= 1;
        if (depth < 0) {
          if (at !== limit) throw body.malformed('a function goes on behind its end', at);
          return { depth: deepest, loops, edges };
        }
        break;
      case branch:
      case call:
        at = pastNumber(bytes, at);
        edges += 1;
        break;
      case indirectCall:
        at = pastNumber(bytes, at);
        at = pastNumber(bytes, at);
        edges += 1;
        break;
      case branchTable: {
        body.offset = at;
        const labels = body.u32();
        at = body.offset;
        if (labels > limit - at) throw body.malformed('a table of labels is cut short', start);
        for (let label = 0; label <= labels; label += 1) at = pastNumber(bytes, at);
        edges += labels + 1;
        break;
      }
      case float:
        at += 4;
        break;
      case double:
        at += 8;
        break;
      case valueTypes: {
        body.offset = at;
        const count = body.u32();
        at = body.offset;
        if (count > limit - at) throw body.malformed('a list of types is cut short', start);
        for (let each = 0; each < count; each += 1) {
          // A reference to a type that is named, or a type in one byte.
          if (bytes[at] === 0x63 || bytes[at] === 0x64) at += 1;
          at = pastNumber(bytes, at);
        }
        break;
      }
      case tryTable: {
        at = pastNumber(bytes, at);
        depth += 1;
        if (depth > deepest) deepest = depth;
        edges += 1;
        body.offset = at;
        const catches = body.u32();
        at = body.offset;
        if (catches > limit - at) throw body.malformed('a list of catches is cut short', start);
        for (let each = 0; each < catches; each += 1) {
          const kind = bytes[at] ?? 0;
          at += 1;
          if (kind < 2) at = pastNumber(bytes, at);
          at = pastNumber(bytes, at);
        }
        edges += catches;
        break;
      }
      case miscellaneous: {
        body.offset = at;
        const sub = body.u32();
        at = body.offset;
        const kind = bulk[sub];
        if (kind === undefined || kind === unknown) throw unknownInstruction(body, sub, start);
        if (kind >= index) at = pastNumber(bytes, at);
        if (kind === indexes) at = pastNumber(bytes, at);
        break;
      }
      case vector: {
        body.offset = at;
        const sub = body.u32();
        at = body.offset;
        if (sub > 0x113) throw unknownInstruction(body, sub, start);
        if (sub <= 11 || sub === 92 || sub === 93) at = pastMemoryArgument(bytes, at);
        else if (sub <= 13) at += 16;
        else if (sub >= 21 && sub <= 34) at += 1;
        else if (sub >= 84 && sub <= 91) {
          at = pastMemoryArgument(bytes, at);
          at += 1;
        }
        break;
      }
      case atomic: {
        body.offset = at;
        const sub = body.u32();
        at = body.offset;
        if (sub === 3) at += 1;
        else if (sub <= 2 || (sub >= 0x10 && sub <= 0x4e)) at = pastMemoryArgument(bytes, at);
        else throw unknownInstruction(body, sub, start);
        break;
      }
      case reference: {
        body.offset = at;
        const sub = body.u32();
        at = body.offset;
        const kind = references[sub];
        if (kind === undefined || kind === unknown) throw unknownInstruction(body, sub, start);
        if (kind === index || kind === casts) at = pastNumber(bytes, at);
        else if (kind === indexes) {
          at = pastNumber(bytes, at);
          at = pastNumber(bytes, at);
        } else if (kind === branchingCasts) {
          at += 1;
          at = pastNumber(bytes, at);
          at = pastNumber(bytes, at);
          at = pastNumber(bytes, at);
          edges += 1;
        }
        break;
      }
      default:
        throw unknownInstruction(body, opcode, start);
    }
  }
  throw body.malformed('a function has no end', limit);
}

/** The offset behind a number, however long: engines look at its length. Behind the last byte it is behind `limit`. */
function pastNumber(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}

function pastMemoryArgument(bytes: Uint8Array, start: number): number {
  // The alignment's sixth bit announces the index of a memory.
  const withMemory = ((bytes[start] ?? 0) & 0x40) !== 0;
  const at = pastNumber(bytes, withMemory ? pastNumber(bytes, start) : start);
  return pastNumber(bytes, at);
}

function unknownInstruction(body: ByteReader, opcode: number, start: number): Error {
  return body.malformed(`an unknown instruction (0x${opcode.toString(16)}) stands`, start);
}

/** A kind for each opcode, out of ranges. */
function toTable(
  ranges: readonly (readonly [first: number, last: number, kind: number])[],
): Uint8Array {
  const table = new Uint8Array(256).fill(unknown);
  for (const [first, last, kind] of ranges) table.fill(kind, first, last + 1);
  return table;
}
