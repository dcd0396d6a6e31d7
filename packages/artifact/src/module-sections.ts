import { type ByteReader } from './byte-reader.js';

/** Ids of a module's sections. */
export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** In the order in which a module has them; `custom` may stand anywhere. */
const sectionOrder = [
  'type',
  'import',
  'function',
  'table',
  'memory',
  'tag',
  'global',
  'export',
  'start',
  'element',
  'dataCount',
  'code',
  'data',
] as const satisfies readonly (keyof typeof sectionIds)[];

export type SectionName = keyof typeof sectionIds;

const nameById: ReadonlyMap<number, SectionName> = new Map(
  (Object.keys(sectionIds) as SectionName[]).map((name) => [sectionIds[name], name]),
);

/** One section of a core module. */
export interface ModuleSection {
  readonly name: SectionName;
  /** Offset of the id byte. */
  readonly start: number;
  /** Offset of the content, behind id and size. */
  readonly contentStart: number;
  readonly end: number;
  /** A fresh cursor over the content. */
  readonly content: ByteReader;
}

/** Bytes of magic, version and layer, before the first section. */
export const preambleBytes = 8;

/** Walks the sections behind the preamble; checks ids, sizes, order and that none but custom ones repeats. */
export function* walkModuleSections(file: ByteReader): Generator<ModuleSection, void, undefined> {
  file.skip(preambleBytes);
  let position = -1;
  while (!file.done) {
    const start = file.offset;
    const id = file.byte();
    const name = nameById.get(id);
    if (name === undefined)
      throw file.malformed(`a section has the unknown id ${String(id)}`, start);
    const size = file.u32();
    const contentStart = file.offset;
    const content = file.part(size, name);
    if (name !== 'custom') {
      const next = sectionOrder.indexOf(name);
      if (next <= position)
        throw file.malformed(`the ${name} section is repeated or out of order`, start);
      position = next;
    }
    yield { name, start, contentStart, end: file.offset, content };
  }
}
