import { compileFunction } from 'node:vm';

/** Gives the core module that the glue names. */
export type CoreModules = (name: string) => WebAssembly.Module;

/** The generated `instantiate`: makes an instance of the component and gives its exported interfaces. */
type Instantiate = (
  coreModules: CoreModules,
  imports: Readonly<Record<string, unknown>>,
  instantiateCore: (module: WebAssembly.Module, imports?: WebAssembly.Imports) => object,
) => Readonly<Record<string, unknown>>;

/** The globals that one run's glue sees in place of the realm's. */
export interface GlueGlobals {
  readonly WebAssembly: typeof WebAssembly;
  readonly TextDecoder: new (encoding?: string) => { decode(bytes: Uint8Array): string };
}

/** Compiled glue: evaluated anew for every run, with the globals of that run. */
export type Glue = (globals: GlueGlobals) => Instantiate;

/** The file name that the glue's frames carry in stack traces. */
const glueFileName = 'wasmwhisk-component-glue.js';

/**
 * Compiles the JavaScript that jco generates for a component.
 *
 * As a function and not as a module: a module, by a `data:` URL for instance, is kept by its realm
 * for ever, half a megabyte of source per component, while a function is collected with the last
 * container that holds it. And a function has parameters, by which each run gets its own
 * `WebAssembly` and `TextDecoder` and the generated code loses sight of `console`, `fetch` and
 * `process` (`globalThis` too: the glue asks `process.env` for a debug switch in every call).
 *
 * That is tidiness and no sandbox: whether the source may be evaluated at all is decided by
 * `assertHarmlessNames` before.
 *
 * @param source - the output of `toGlueSource`
 */
export function compileGlue(source: string): Glue {
  const compiled = compileFunction(
    source,
    ['WebAssembly', 'TextDecoder', 'globalThis', 'console', 'fetch', 'process', 'require'],
    { filename: glueFileName },
  ) as (...globals: unknown[]) => Instantiate;
  return (globals) =>
    compiled(
      globals.WebAssembly,
      globals.TextDecoder,
      { WebAssembly: globals.WebAssembly },
      silentConsole,
    );
}

/** The glue prints what it also throws, and the values of a guest's variants. */
const silentConsole = { debug: () => undefined, error: () => undefined };

/**
 * jco lowers an empty string without asking the guest for space. The canonical ABI asks for none as
 * well, but asks, and the preview 1 adapter ends strings there: without the call an empty argument or
 * variable runs into the next one.
 */
const emptyStringShortcut = 'if (s.length === 0) { return { ptr: 1, len: 0 }; }';

const exportHead = 'export function instantiate(';

/**
 * Turns the generated module into the body of a function that returns `instantiate`.
 *
 * @throws Error when the module has not the form that jco 0.15 generates: a fault of ours
 */
export function toGlueSource(module: string): string {
  const head = module.indexOf(`\n${exportHead}`);
  const tail = module.lastIndexOf('\nexport const _util = {');
  const meta = module.split('import.meta.url');
  if (head < 0 || tail < head || meta.length > 2)
    throw new Error('jco generated a module of an unknown form');
  const body = module
    .slice(head, tail)
    .replace(exportHead, 'return function instantiate(')
    .replace(emptyStringShortcut, '');
  // Only for loading core modules by URL, which never happens: they are given.
  return `"use strict";${body.replace('import.meta.url', 'undefined')}`;
}

/** An interface that the glue takes from the host, and what it takes of it. */
export interface GlueImport {
  readonly interfaceName: string;
  readonly members: readonly string[];
}

const importLine = /^\s*const \{ (?<members>.+) \} = imports\['(?<name>[^']+)'\];$/gm;

/** Reads from the generated module what it takes out of `imports`. */
export function readGlueImports(module: string): readonly GlueImport[] {
  return [...module.matchAll(importLine)].map(({ groups }) => ({
    interfaceName: groups?.['name'] ?? '',
    // `{ Error: Error$1 }` takes the member `Error`.
    members: (groups?.['members'] ?? '').split(', ').map((member) => member.replace(/:.*/, '')),
  }));
}

const instantiation = /\binstantiateCore\((?<module>module\d+)[,)]/g;
const moduleLine = /^\s*const (?<module>module\d+) = getCoreModule\('(?<file>[^']+)'\);$/gm;

/** Reads from the generated module how many instances it makes of each core module, by file name. */
export function readInstanceCounts(module: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const variables = [...module.matchAll(instantiation)].map(({ groups }) => groups?.['module']);
  for (const { groups } of module.matchAll(moduleLine)) {
    const count = variables.filter((variable) => variable === groups?.['module']).length;
    counts.set(groups?.['file'] ?? '', count);
  }
  return counts;
}
