import { ArtifactError } from './artifact-error.js';
import type { ByteReader } from './byte-reader.js';
import { skipConstantExpression } from './constant-expression.js';
import type { ModuleDescription } from './description.js';
import {
  encodeMemoryLimits,
  encodeTableLimits,
  encodeUnsigned,
  readMemoryLimits,
  readTableLimits,
} from './limits-type.js';
import { sectionIds, type ModuleSection } from './module-sections.js';
import { PieceList, rewriteSections } from './rewrite-sections.js';
import { shareMemory } from './share-memory.js';
import { readMutability, readReferenceType, readValueType } from './value-types.js';

/** What to cap a module's memories and tables at. What is absent stays as the module declares it. */
export interface ModuleCaps {
  /** Most linear memory of one instance, all its memories together, in bytes. */
  readonly memoryBytes?: number;
  /** Most elements of one instance, all its tables together. */
  readonly tableElements?: number;
}

/**
 * Rewrites a module so that its memories together can never hold more than `memoryBytes`, and its
 * tables no more than `tableElements`. `memory.grow` and `table.grow` then fail as the specification
 * says (-1), on every engine. Each keeps its minimum; the rest is shared equally, never above its own
 * maximum. Imported ones are capped too: what a host supplies must not be larger.
 *
 * One pass, one copy.
 *
 * @param description as `describeArtifact(bytes)` gave it
 * @throws ArtifactError `memory-limit` or `table-limit` when a declared minimum is above the limit.
 */
export function capLimits(
  bytes: Uint8Array,
  description: ModuleDescription,
  caps: ModuleCaps,
): Uint8Array<ArrayBuffer> {
  const capping: Capping = {
    maximums:
      caps.memoryBytes === undefined ? undefined : maximumPages(description, caps.memoryBytes),
    nextMemory: 0,
    elements:
      caps.tableElements === undefined
        ? undefined
        : maximumElements(description, caps.tableElements),
    nextTable: 0,
  };
  return rewriteSections(bytes, (section, output) => {
    const rewrite = sectionRewriters[section.name];
    if (rewrite === undefined) {
      output.keep(section.start, section.end);
      return;
    }
    const content = new PieceList();
    rewrite(section.content, content, capping);
    output.addSection(sectionIds[section.name], content);
  });
}

/** `capLimits` for memories alone: together they can never exceed `limitBytes`. */
export function capMemories(
  bytes: Uint8Array,
  description: ModuleDescription,
  limitBytes: number,
): Uint8Array<ArrayBuffer> {
  return capLimits(bytes, description, { memoryBytes: limitBytes });
}

/** `capLimits` for tables alone: together they can never exceed `tableElements`. */
export function capTables(
  bytes: Uint8Array,
  description: ModuleDescription,
  tableElements: number,
): Uint8Array<ArrayBuffer> {
  return capLimits(bytes, description, { tableElements });
}

interface Capping {
  /** Per memory, imported ones first, in pages. */
  readonly maximums: readonly number[] | undefined;
  nextMemory: number;
  /** Per table, imported ones first. */
  readonly elements: readonly number[] | undefined;
  nextTable: number;
}

type SectionRewriter = (content: ByteReader, output: PieceList, capping: Capping) => void;

const sectionRewriters: Partial<Record<ModuleSection['name'], SectionRewriter>> = {
  import: rewriteImports,
  table: rewriteTables,
  memory: rewriteMemories,
};

function rewriteImports(content: ByteReader, output: PieceList, capping: Capping): void {
  const count = content.u32();
  output.add(encodeUnsigned(count));
  for (let index = 0; index < count; index += 1) {
    const start = content.offset;
    content.name();
    content.name();
    const kind = content.byte();
    switch (kind) {
      case 0x00:
        content.u32();
        break;
      case 0x01:
        readReferenceType(content);
        output.keep(start, content.offset);
        rewriteTableLimits(content, output, capping);
        continue;
      case 0x02:
        output.keep(start, content.offset);
        rewriteMemoryLimits(content, output, capping);
        continue;
      case 0x03:
        readValueType(content);
        readMutability(content);
        break;
      case 0x04:
        content.byte();
        content.u32();
        break;
      default:
        throw content.malformed(`an import is of the unknown kind ${String(kind)}`);
    }
    output.keep(start, content.offset);
  }
}

function rewriteTables(content: ByteReader, output: PieceList, capping: Capping): void {
  const count = content.u32();
  output.add(encodeUnsigned(count));
  for (let index = 0; index < count; index += 1) {
    const start = content.offset;
    const hasInitializer = content.peek() === 0x40;
    if (hasInitializer) content.skip(2);
    readReferenceType(content);
    output.keep(start, content.offset);
    rewriteTableLimits(content, output, capping);
    if (!hasInitializer) continue;
    const expression = content.offset;
    skipConstantExpression(content);
    output.keep(expression, content.offset);
  }
}

function rewriteMemories(content: ByteReader, output: PieceList, capping: Capping): void {
  const count = content.u32();
  output.add(encodeUnsigned(count));
  for (let index = 0; index < count; index += 1) rewriteMemoryLimits(content, output, capping);
}

function rewriteMemoryLimits(content: ByteReader, output: PieceList, capping: Capping): void {
  const start = content.offset;
  const encoded = readMemoryLimits(content);
  if (capping.maximums === undefined) {
    output.keep(start, content.offset);
    return;
  }
  const maximum = capping.maximums[capping.nextMemory];
  if (maximum === undefined) throw content.malformed('the description is of another module', start);
  capping.nextMemory += 1;
  output.add(encodeMemoryLimits(encoded, maximum));
}

function rewriteTableLimits(content: ByteReader, output: PieceList, capping: Capping): void {
  const start = content.offset;
  const encoded = readTableLimits(content);
  if (capping.elements === undefined) {
    output.keep(start, content.offset);
    return;
  }
  const maximum = capping.elements[capping.nextTable];
  if (maximum === undefined) throw content.malformed('the description is of another module', start);
  capping.nextTable += 1;
  output.add(encodeTableLimits(encoded, maximum));
}

function maximumElements(description: ModuleDescription, limit: number): readonly number[] {
  const maximums = shareMemory(
    description.tables.map((table) => ({ ...table, pageBytes: 1 })),
    limit,
  );
  if (maximums !== undefined) return maximums;
  const minimum = description.tables.reduce((sum, { limits }) => sum + limits.minimum, 0);
  throw new ArtifactError(
    'table-limit',
    `The module declares tables of at least ${String(minimum)} elements, and at most ${String(limit)} are allowed. ` +
      'Build it with smaller tables, or ask the operator for a higher limit.',
    { section: 'table' },
  );
}

function maximumPages(description: ModuleDescription, limitBytes: number): readonly number[] {
  const maximums = shareMemory(description.memories, limitBytes);
  if (maximums !== undefined) return maximums;
  const minimum = description.memories.reduce(
    (sum, { limits, pageBytes }) => sum + limits.minimum * pageBytes,
    0,
  );
  throw new ArtifactError(
    'memory-limit',
    `The module declares memory of at least ${String(minimum)} bytes, and at most ${String(limitBytes)} are allowed. ` +
      'Build it with a smaller initial memory, or ask the operator for a higher limit.',
    { section: 'memory' },
  );
}
