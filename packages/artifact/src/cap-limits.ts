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
import { readReferenceType } from './value-types.js';

/** What to cap the memories and tables at that a module defines. What is absent stays as declared. */
export interface ModuleCaps {
  /** Most linear memory of one instance, all memories that it defines together, in bytes. */
  readonly memoryBytes?: number;
  /** Most elements of one instance, all tables that it defines together. */
  readonly tableElements?: number;
}

/**
 * Rewrites a module so that the memories it defines can never hold more than `memoryBytes` together,
 * and the tables it defines no more than `tableElements`. `memory.grow` and `table.grow` then fail as
 * the specification says (-1), on every engine. Each keeps its minimum; the rest is shared equally,
 * never above its own maximum.
 *
 * Imported ones keep their type: they have the cap of the module that defines them. An importer must
 * declare no smaller maximum than its exporter, and whoever caps one module does not know the other.
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
      caps.memoryBytes === undefined
        ? undefined
        : maximumPages(description.memories.filter(isDefined), caps.memoryBytes),
    nextMemory: 0,
    elements:
      caps.tableElements === undefined
        ? undefined
        : maximumElements(description.tables.filter(isDefined), caps.tableElements),
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

function isDefined({ imported }: { readonly imported: boolean }): boolean {
  return !imported;
}

interface Capping {
  /** Per memory that the module defines, in pages. */
  readonly maximums: readonly number[] | undefined;
  nextMemory: number;
  /** Per table that the module defines. */
  readonly elements: readonly number[] | undefined;
  nextTable: number;
}

type SectionRewriter = (content: ByteReader, output: PieceList, capping: Capping) => void;

const sectionRewriters: Partial<Record<ModuleSection['name'], SectionRewriter>> = {
  table: rewriteTables,
  memory: rewriteMemories,
};

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

function maximumElements(tables: ModuleDescription['tables'], limit: number): readonly number[] {
  const maximums = shareMemory(
    tables.map((table) => ({ ...table, pageBytes: 1 })),
    limit,
  );
  if (maximums !== undefined) return maximums;
  const minimum = tables.reduce((sum, { limits }) => sum + limits.minimum, 0);
  throw new ArtifactError(
    'table-limit',
    `The module declares tables of at least ${String(minimum)} elements, and at most ${String(limit)} are allowed. ` +
      'Build it with smaller tables, or ask the operator for a higher limit.',
    { section: 'table' },
  );
}

function maximumPages(
  memories: ModuleDescription['memories'],
  limitBytes: number,
): readonly number[] {
  const maximums = shareMemory(memories, limitBytes);
  if (maximums !== undefined) return maximums;
  const minimum = memories.reduce(
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
