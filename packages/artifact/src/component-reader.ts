import { artifactLimits } from './artifact-limits.js';
import type { ByteReader } from './byte-reader.js';
import type { CodeBudget } from './code-budget.js';
import type { ComponentDescription, ComponentExtern, Producer } from './description.js';
import { detectComponentInterface } from './guest-interface.js';
import { readMemoryLimits } from './limits-type.js';
import { preambleBytes, walkModuleSections } from './module-sections.js';
import { NameBudget } from './name-budget.js';
import { preambleKind } from './preamble.js';
import { addProducers, readProducers } from './producers.js';

const sectionNames = [
  'custom',
  'core module',
  'core instance',
  'core type',
  'component',
  'instance',
  'alias',
  'type',
  'canon',
  'start',
  'import',
  'export',
  'value',
] as const;

/** Describes a component. `file` stands at its preamble, which is known to be right. */
export function readComponent(file: ByteReader, budget: CodeBudget): ComponentDescription {
  const component = new ComponentInReading(budget);
  component.take(file, 0);
  return component.describe();
}

class ComponentInReading {
  readonly #budget: CodeBudget;
  readonly #names = new NameBudget();
  readonly #imports: ComponentExtern[] = [];
  readonly #exports: ComponentExtern[] = [];
  readonly #producers = new Map<string, Producer>();
  #coreModules = 0;
  #sections = 0;
  #definesSharedMemory: boolean | undefined;

  constructor(budget: CodeBudget) {
    this.#budget = budget;
  }

  describe(): ComponentDescription {
    return {
      format: 'component',
      imports: this.#imports,
      exports: this.#exports,
      coreModules: this.#coreModules,
      definesSharedMemory: this.#definesSharedMemory,
      producers: [...this.#producers.values()],
      guestInterface: detectComponentInterface(this.#exports),
    };
  }

  /** Walks one component. Only the outermost one (`depth` 0) tells its imports and exports. */
  take(file: ByteReader, depth: number): void {
    file.assertLimit('componentDepth', depth, 'components within components');
    file.skip(preambleBytes);
    while (!file.done) {
      const start = file.offset;
      const id = file.byte();
      const name = sectionNames[id];
      if (name === undefined)
        throw file.malformed(`a section has the unknown id ${String(id)}`, start);
      const content = file.part(file.u32(), name);
      this.#countSection(content);
      switch (name) {
        case 'custom':
          this.#takeCustom(content);
          break;
        case 'core module':
          this.#takeCoreModule(content);
          break;
        case 'component':
          if (preambleKind(content.bytes, content.offset, content.end) !== 'component')
            throw content.malformed('a nested component does not begin as one');
          this.take(content, depth + 1);
          break;
        case 'import':
          if (depth === 0) this.#takeImports(content);
          break;
        case 'export':
          if (depth === 0) this.#takeExports(content);
          break;
        default:
          // Types, instances, aliases and adapters are the engine's to check.
          break;
      }
    }
  }

  #countSection(content: ByteReader): void {
    this.#sections += 1;
    content.assertLimit('componentSections', this.#sections, 'sections');
  }

  #takeCustom(content: ByteReader): void {
    if (content.name() === 'producers')
      addProducers(this.#producers, readProducers(content), artifactLimits.producers);
  }

  #takeCoreModule(content: ByteReader): void {
    this.#coreModules += 1;
    content.assertLimit('coreModules', this.#coreModules, 'core modules');
    if (preambleKind(content.bytes, content.offset, content.end) !== 'module')
      throw content.malformed('an embedded module does not begin as one');
    for (const section of walkModuleSections(content)) {
      this.#countSection(section.content);
      if (section.name === 'custom') this.#takeCustom(section.content);
      if (section.name === 'code') this.#budget.take(section.content);
      if (section.name === 'memory') this.#takeMemories(section.content);
    }
  }

  #takeMemories(content: ByteReader): void {
    const count = content.count('memories', 'memories');
    for (let index = 0; index < count; index += 1)
      if (readMemoryLimits(content).limits.shared) this.#definesSharedMemory = true;
  }

  #takeImports(content: ByteReader): void {
    const count = content.count('imports', 'imports');
    for (let index = 0; index < count; index += 1) {
      const name = this.#takeExternName(content);
      this.#imports.push({ name, kind: readExternType(content) });
    }
    content.assertLimit('imports', this.#imports.length, 'imports');
    content.assertDone();
  }

  #takeExports(content: ByteReader): void {
    const count = content.count('exports', 'exports');
    for (let index = 0; index < count; index += 1) {
      const name = this.#takeExternName(content);
      const kind = readSort(content);
      content.u32();
      // An export may narrow its type.
      if (readFlag(content)) readExternType(content);
      this.#exports.push({ name, kind });
    }
    content.assertLimit('exports', this.#exports.length, 'exports');
    content.assertDone();
  }

  /** A name behind its form: 0 and 1 are plain, 2 is followed by attributes such as a version suffix. */
  #takeExternName(content: ByteReader): string {
    const form = content.byte();
    if (form > 2) throw content.malformed('a name has an unknown form', content.offset - 1);
    const name = this.#names.take(content);
    if (form === 2) {
      const attributes = content.count('signatureValues', 'attributes of a name');
      for (let index = 0; index < attributes; index += 1) {
        content.byte();
        content.name();
      }
    }
    return name;
  }
}

type ExternKind = ComponentExtern['kind'];

const kinds: ReadonlyMap<number, ExternKind> = new Map([
  [0x01, 'function'],
  [0x02, 'value'],
  [0x03, 'type'],
  [0x04, 'component'],
  [0x05, 'instance'],
]);

/** Code of a core module where a core sort is named. */
const coreModuleCode = 0x11;

function readSort(content: ByteReader): ExternKind {
  const start = content.offset;
  const code = content.byte();
  if (code === 0x00 && content.byte() === coreModuleCode) return 'module';
  const kind = kinds.get(code);
  if (kind === undefined) throw content.malformed('an export is of an unknown kind', start);
  return kind;
}

function readExternType(content: ByteReader): ExternKind {
  const kind = readSort(content);
  switch (kind) {
    case 'module':
    case 'function':
    case 'component':
    case 'instance':
      content.u32();
      break;
    case 'value':
      // Equal to a value, or of a type, which may be a primitive.
      if (readFlag(content)) content.s33();
      else content.u32();
      break;
    case 'type':
      // Equal to a type, or any resource.
      if (!readFlag(content)) content.u32();
      break;
  }
  return kind;
}

function readFlag(content: ByteReader): boolean {
  const flag = content.byte();
  if (flag > 1) throw content.malformed('a flag is neither 0 nor 1', content.offset - 1);
  return flag === 1;
}
