import {
  capLimits,
  describeArtifact,
  isArtifactError,
  standardPageBytes,
  type Artifact,
  type ModuleCaps,
  type ModuleDescription,
} from '@wasmwhisk/artifact';
import { assertArraysAllowed, WasmRuntimeError, type CompileLimits } from '@wasmwhisk/runtime';
import type { CompiledComponent, ComponentInterface, CoreModule } from './compiled-component.js';
import { readGlueImports, readInstanceCounts, toGlueSource, type GlueImport } from './glue.js';
import { assertHarmlessNames, namesOf } from './harmless-names.js';
import { shareLimit, type Demand } from './limit-shares.js';
import type { Transpiled } from './transpile-message.js';
import type { Transpiler } from './transpiler.js';

/**
 * Transpiles and compiles a component, under limits that hold for all of its core modules together.
 *
 * @param guestInterface - what `assess` found
 * @throws WasmRuntimeError `WW_ERR_GUEST_COMPILE`, `WW_ERR_ARTIFACT_UNSUPPORTED`, `WW_ERR_RUN_MEMORY_LIMIT`
 */
export async function precompileComponent(
  artifact: Artifact,
  guestInterface: ComponentInterface,
  limits: CompileLimits,
  transpiler: Transpiler,
): Promise<CompiledComponent> {
  const transpiled = await transpiler.transpile(artifact.bytes);
  const exportName = transpiled.exports.find((name) => exportNames[guestInterface].test(name));
  if (exportName === undefined)
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_EXPORT_MISSING',
      `The component does not export the interface of a guest of kind ${guestInterface}.`,
    );
  assertHarmlessNames([
    ...transpiled.imports,
    ...transpiled.exports,
    ...artifact.description.imports.map(externName),
    ...artifact.description.exports.map(externName),
  ]);
  const coreModules = compileCoreModules(
    transpiled.coreModules,
    readInstanceCounts(transpiled.module),
    limits,
  );
  for (const { module } of coreModules) assertHarmlessNames(namesOf(module));
  return {
    guestInterface,
    exportName,
    glueSource: toGlueSource(transpiled.module),
    coreModules,
    imports: readImports(transpiled, artifact.description.imports.map(externName)),
  };
}

const exportNames: Readonly<Record<ComponentInterface, RegExp>> = {
  command: /^wasi:cli\/run@0\.2\.\d+$/,
  'action-world': /^wasmwhisk:action\/handler@0\.1\.\d+$/,
};

/** Module imports have a name as well; components are all we get. */
function externName({ name }: { readonly name: string }): string {
  return name;
}

/**
 * What the component takes from the host. The glue drops the versions of interfaces, so those that
 * are not WASI 0.2 are added as the component names them, for the linker to refuse.
 */
function readImports(transpiled: Transpiled, externs: readonly string[]): readonly GlueImport[] {
  const taken = readGlueImports(transpiled.module);
  const known = new Set(taken.map(({ interfaceName }) => interfaceName));
  const others = [
    ...transpiled.imports.filter((name) => !known.has(name)),
    ...externs.filter((name) => !/^wasi:[a-z-]+\/[a-z0-9-]+(@0\.2\.\d+)?$/.test(name)),
  ];
  return [...taken, ...others.map((interfaceName) => ({ interfaceName, members: [] }))];
}

interface CoreModuleSource {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly description: ModuleDescription;
  readonly instances: number;
}

function compileCoreModules(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  counts: ReadonlyMap<string, number>,
  limits: CompileLimits,
): readonly CoreModule[] {
  const sources = [...files].map(([name, bytes]) => ({
    name,
    bytes,
    description: describeCoreModule(name, bytes),
    instances: counts.get(name) ?? 0,
  }));
  for (const { description } of sources) assertArraysAllowed(description, limits);
  assertFew('memories', sources, ({ memories }) => memories);
  assertFew('tables', sources, ({ tables }) => tables);
  const memory = shareLimit(sources.map(memoryDemand), limits.memoryBytes, standardPageBytes);
  if (memory === undefined)
    throw new WasmRuntimeError(
      'WW_ERR_RUN_MEMORY_LIMIT',
      `The component declares more memory than the ${String(limits.memoryBytes)} bytes that are ` +
        'allowed. Build it with a smaller initial memory, or ask the operator for a higher limit.',
    );
  const tables = shareLimit(sources.map(tableDemand), limits.tableElements, 1);
  if (tables === undefined)
    throw new WasmRuntimeError(
      'WW_ERR_RUN_MEMORY_LIMIT',
      `The component declares more table elements than the ${String(limits.tableElements)} that are ` +
        'allowed. Build it with smaller tables, or ask the operator for a higher limit.',
    );
  return sources.map((source, index) => ({
    name: source.name,
    module: compileCapped(source, {
      memoryBytes: memory[index] ?? 0,
      tableElements: tables[index] ?? 0,
    }),
    instances: source.instances,
  }));
}

/**
 * Most memories, and most tables, of one instance of a component. Each memory reserves 10 GiB of
 * address space, of which a process has for some 13,000. Toolchains make one memory and one table per component that is composed, or two.
 */
const definitionsMax = 64;

function assertFew(
  what: string,
  sources: readonly CoreModuleSource[],
  definitions: (description: ModuleDescription) => readonly { readonly imported: boolean }[],
): void {
  const count = sum(
    sources.map(
      ({ description, instances }) =>
        instances * definitions(description).filter(({ imported }) => !imported).length,
    ),
  );
  if (count > definitionsMax)
    throw new WasmRuntimeError(
      'WW_ERR_ARTIFACT_UNSUPPORTED',
      `An instance of the component has ${String(count)} ${what}. The runtime jco takes at most ` +
        `${String(definitionsMax)}.`,
    );
}

function describeCoreModule(name: string, bytes: Uint8Array): ModuleDescription {
  const description = refuseArtifactErrors(() => describeArtifact(bytes));
  if (description.format === 'module') return description;
  throw new Error(`jco gave a core module ${name} that is none`);
}

/** The memories that the module defines. Those that it imports belong to another module of the component. */
function memoryDemand({ description, instances }: CoreModuleSource): Demand {
  const own = description.memories.filter(({ imported }) => !imported);
  return {
    minimum: sum(own.map(({ limits, pageBytes }) => limits.minimum * pageBytes)),
    maximum: sum(own.map(({ limits, pageBytes }) => (limits.maximum ?? Infinity) * pageBytes)),
    instances,
  };
}

/** The tables that the module defines. */
function tableDemand({ description, instances }: CoreModuleSource): Demand {
  const own = description.tables.filter(({ imported }) => !imported);
  return {
    minimum: sum(own.map(({ limits }) => limits.minimum)),
    maximum: sum(own.map(({ limits }) => limits.maximum ?? Infinity)),
    instances,
  };
}

function compileCapped(
  { name, bytes, description }: CoreModuleSource,
  caps: Required<ModuleCaps>,
): WebAssembly.Module {
  const capped = refuseArtifactErrors(() => capLimits(bytes, description, caps));
  try {
    return new WebAssembly.Module(capped);
  } catch (cause) {
    if (!(cause instanceof WebAssembly.CompileError)) throw cause;
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_COMPILE',
      `V8 refused the core module ${name} of the component: ${cause.message}.`,
      { cause },
    );
  }
}

function refuseArtifactErrors<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    if (!isArtifactError(cause)) throw cause;
    const isLimit = cause.fault === 'memory-limit' || cause.fault === 'table-limit';
    throw new WasmRuntimeError(
      isLimit ? 'WW_ERR_RUN_MEMORY_LIMIT' : 'WW_ERR_GUEST_COMPILE',
      `A core module of the component: ${cause.message}`,
      { cause },
    );
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
