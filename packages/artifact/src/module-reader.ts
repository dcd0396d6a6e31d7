import { artifactLimits } from './artifact-limits.js';
import type { ByteReader } from './byte-reader.js';
import type { CodeBudget } from './code-budget.js';
import { skipConstantExpression } from './constant-expression.js';
import type {
  ExternalType,
  LimitsType,
  ModuleDescription,
  ModuleExport,
  ModuleImport,
  Producer,
} from './description.js';
import { detectModuleInterface } from './guest-interface.js';
import { readMemoryLimits, readTableLimits } from './limits-type.js';
import { walkModuleSections, type ModuleSection } from './module-sections.js';
import { NameBudget } from './name-budget.js';
import { addProducers, readProducers } from './producers.js';
import { TypeSpace } from './type-space.js';
import { readMutability, readReferenceType, readValueType } from './value-types.js';

type GlobalType = Extract<ExternalType, { type: 'global' }>;

/** Describes a core module. `file` stands at its preamble, which is known to be right. */
export function readModule(file: ByteReader, budget: CodeBudget): ModuleDescription {
  const module = new ModuleInReading(budget);
  for (const section of walkModuleSections(file)) module.take(section);
  return module.describe();
}

/** What has been read so far: later sections refer to earlier ones by index. */
class ModuleInReading {
  readonly #budget: CodeBudget;
  readonly #types = new TypeSpace();
  readonly #names = new NameBudget();
  /** Type index of each function. */
  readonly #functions: number[] = [];
  readonly #tables: { imported: boolean; limits: LimitsType }[] = [];
  readonly #memories: { imported: boolean; limits: LimitsType; pageBytes: number }[] = [];
  readonly #globals: GlobalType[] = [];
  #tags = 0;
  readonly #imports: ModuleImport[] = [];
  readonly #exports: ModuleExport[] = [];
  readonly #customSections: string[] = [];
  readonly #producers = new Map<string, Producer>();
  #hasStartFunction = false;

  constructor(budget: CodeBudget) {
    this.#budget = budget;
  }

  take({ name, content }: ModuleSection): void {
    switch (name) {
      case 'custom':
        this.#takeCustom(content);
        return;
      case 'type':
        this.#types.read(content);
        break;
      case 'import':
        this.#takeImports(content);
        break;
      case 'function':
        this.#takeFunctions(content);
        break;
      case 'table':
        this.#takeTables(content);
        break;
      case 'memory':
        this.#takeMemories(content);
        break;
      case 'tag':
        this.#takeTags(content);
        break;
      case 'global':
        this.#takeGlobals(content);
        break;
      case 'export':
        this.#takeExports(content);
        break;
      case 'start':
        this.#takeStart(content);
        break;
      case 'code':
        this.#budget.take(content);
        return;
      case 'element':
      case 'dataCount':
      case 'data':
        // Nothing of a description is in here; the engine checks them when it compiles.
        return;
    }
    content.assertDone();
  }

  describe(): ModuleDescription {
    return {
      format: 'module',
      imports: this.#imports,
      exports: this.#exports,
      memories: this.#memories,
      tables: this.#tables,
      hasStartFunction: this.#hasStartFunction,
      definesArrays: this.#types.definesArrays,
      customSections: this.#customSections,
      producers: [...this.#producers.values()],
      guestInterface: detectModuleInterface(this.#exports),
    };
  }

  #takeCustom(content: ByteReader): void {
    const name = this.#names.take(content);
    this.#customSections.push(name);
    content.assertLimit('customSections', this.#customSections.length, 'custom sections');
    if (name === 'producers')
      addProducers(this.#producers, readProducers(content), artifactLimits.producers);
  }

  #takeImports(content: ByteReader): void {
    const count = content.count('imports', 'imports');
    for (let index = 0; index < count; index += 1) {
      const module = this.#names.take(content);
      const name = this.#names.take(content);
      this.#imports.push({ module, name, external: this.#takeImported(content) });
    }
  }

  #takeImported(content: ByteReader): ExternalType {
    const kind = content.byte();
    switch (kind) {
      case 0x00: {
        const type = content.u32();
        const signature = this.#types.functionType(type, content);
        this.#functions.push(type);
        return { type: 'function', signature };
      }
      case 0x01: {
        readReferenceType(content);
        const { limits } = readTableLimits(content);
        this.#tables.push({ imported: true, limits });
        return { type: 'table', limits };
      }
      case 0x02: {
        const memory = readMemoryLimits(content);
        this.#memories.push({ imported: true, ...memory });
        content.assertLimit('memories', this.#memories.length, 'memories');
        return { type: 'memory', ...memory };
      }
      case 0x03: {
        const global = readGlobalType(content);
        this.#globals.push(global);
        return global;
      }
      case 0x04:
        this.#takeTag(content);
        return { type: 'tag' };
      default:
        throw content.malformed(`an import is of the unknown kind ${String(kind)}`);
    }
  }

  #takeFunctions(content: ByteReader): void {
    const count = content.count('functions', 'functions');
    for (let index = 0; index < count; index += 1) {
      const type = content.u32();
      if (type >= this.#types.size)
        throw content.malformed(`a function is of the missing type ${String(type)}`);
      this.#functions.push(type);
    }
  }

  #takeTables(content: ByteReader): void {
    const count = content.count('tables', 'tables');
    for (let index = 0; index < count; index += 1) {
      const { limits, hasInitializer } = readTable(content);
      if (hasInitializer) skipConstantExpression(content);
      this.#tables.push({ imported: false, limits });
    }
  }

  #takeMemories(content: ByteReader): void {
    const count = content.count('memories', 'memories');
    for (let index = 0; index < count; index += 1)
      this.#memories.push({ imported: false, ...readMemoryLimits(content) });
    content.assertLimit('memories', this.#memories.length, 'memories');
  }

  #takeTags(content: ByteReader): void {
    const count = content.count('tags', 'tags');
    for (let index = 0; index < count; index += 1) this.#takeTag(content);
  }

  #takeTag(content: ByteReader): void {
    if (content.byte() !== 0) throw content.malformed('a tag has an unknown attribute');
    const type = content.u32();
    if (type >= this.#types.size)
      throw content.malformed(`a tag is of the missing type ${String(type)}`);
    this.#tags += 1;
  }

  #takeGlobals(content: ByteReader): void {
    const count = content.count('globals', 'globals');
    for (let index = 0; index < count; index += 1) {
      this.#globals.push(readGlobalType(content));
      skipConstantExpression(content);
    }
  }

  #takeExports(content: ByteReader): void {
    const names = new Set<string>();
    const count = content.count('exports', 'exports');
    for (let index = 0; index < count; index += 1) {
      const start = content.offset;
      const name = this.#names.take(content);
      if (names.has(name)) throw content.malformed('two exports have the same name', start);
      names.add(name);
      this.#exports.push({ name, external: this.#takeExported(content) });
    }
  }

  #takeExported(content: ByteReader): ExternalType {
    const start = content.offset;
    const kind = content.byte();
    const index = content.u32();
    const missing = (): Error =>
      content.malformed(`an export names the missing item ${String(index)}`, start);
    switch (kind) {
      case 0x00: {
        const type = this.#functions[index];
        if (type === undefined) throw missing();
        return { type: 'function', signature: this.#types.functionType(type, content) };
      }
      case 0x01: {
        const table = this.#tables[index];
        if (table === undefined) throw missing();
        return { type: 'table', limits: table.limits };
      }
      case 0x02: {
        const memory = this.#memories[index];
        if (memory === undefined) throw missing();
        return { type: 'memory', limits: memory.limits, pageBytes: memory.pageBytes };
      }
      case 0x03: {
        const global = this.#globals[index];
        if (global === undefined) throw missing();
        return global;
      }
      case 0x04:
        if (index >= this.#tags) throw missing();
        return { type: 'tag' };
      default:
        throw content.malformed(`an export is of the unknown kind ${String(kind)}`, start);
    }
  }

  #takeStart(content: ByteReader): void {
    const index = content.u32();
    if (index >= this.#functions.length)
      throw content.malformed(`the start function ${String(index)} is missing`);
    this.#hasStartFunction = true;
  }
}

function readGlobalType(content: ByteReader): GlobalType {
  const valueType = readValueType(content);
  return { type: 'global', valueType, mutable: readMutability(content) };
}

/** Reads a defined table up to its initializer, which the longer form has. */
function readTable(content: ByteReader): { limits: LimitsType; hasInitializer: boolean } {
  const hasInitializer = content.peek() === 0x40;
  if (hasInitializer) {
    content.offset += 1;
    if (content.byte() !== 0) throw content.malformed('a table has an unknown form');
  }
  readReferenceType(content);
  return { limits: readTableLimits(content).limits, hasInitializer };
}
