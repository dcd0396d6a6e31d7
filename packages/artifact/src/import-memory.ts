import { ArtifactError } from './artifact-error.js';
import { ByteReader } from './byte-reader.js';
import type { ModuleDescription } from './description.js';
import { encodeUnsigned } from './limits-type.js';
import { sectionIds, walkModuleSections } from './module-sections.js';
import { PieceList, rewriteSections } from './rewrite-sections.js';

/** Under which names a module shall import its memory. */
export interface MemoryImportName {
  readonly module: string;
  readonly name: string;
}

/** Whether `importMemory` takes this module: exactly one memory, its own, not shared, with 32-bit addresses and usual pages. */
export function canImportMemory(description: ModuleDescription): boolean {
  const [memory, ...others] = description.memories;
  return (
    memory !== undefined &&
    others.length === 0 &&
    !memory.imported &&
    !memory.limits.shared &&
    !memory.limits.is64 &&
    memory.pageBytes === 65_536
  );
}

/**
 * Rewrites a module so that it imports its memory, with the limits it declares, in place of defining
 * it. The host can then supply a zeroed memory that it has used before. The memory keeps index 0, so
 * nothing else changes: exports, data segments and the start function find it as before.
 *
 * One pass, one copy.
 *
 * @throws ArtifactError `memory-not-importable` where `canImportMemory` says no.
 */
export function importMemory(
  bytes: Uint8Array,
  description: ModuleDescription,
  importName: MemoryImportName,
): Uint8Array<ArrayBuffer> {
  if (!canImportMemory(description))
    throw new ArtifactError(
      'memory-not-importable',
      'Only a module with exactly one memory of its own, not shared, with 32-bit addresses and pages of 64 KiB, can import it instead.',
    );
  const entry = new PieceList();
  entry.add([...encodeName(importName.module), ...encodeName(importName.name), 0x02]);
  entry.append(memoryType(bytes));
  let placed = false;
  const placeSection = (output: PieceList): void => {
    const content = new PieceList();
    content.add([1]);
    content.append(entry);
    output.addSection(sectionIds.import, content);
    placed = true;
  };
  return rewriteSections(bytes, ({ name, start, end, content: old }, output) => {
    if (name === 'import') {
      const content = new PieceList();
      content.add(encodeUnsigned(old.u32() + 1));
      content.keep(old.offset, old.end);
      content.append(entry);
      output.addSection(sectionIds.import, content);
      placed = true;
      return;
    }
    // Behind the types and before all else. Custom sections may stand anywhere, some must stay first.
    if (!placed && name !== 'custom' && name !== 'type') placeSection(output);
    if (name !== 'memory') output.keep(start, end);
  });
}

/** The type of the module's only memory, as it stands. */
function memoryType(bytes: Uint8Array): PieceList {
  const type = new PieceList();
  for (const { name, content } of walkModuleSections(new ByteReader(bytes))) {
    if (name !== 'memory') continue;
    content.u32();
    type.keep(content.offset, content.end);
  }
  return type;
}

function encodeName(name: string): readonly number[] {
  const bytes = Buffer.from(name);
  return [...encodeUnsigned(bytes.length), ...bytes];
}
