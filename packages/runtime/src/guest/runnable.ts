import {
  isPreview1Version,
  isServedExport,
  preview1Signatures,
  preview2Interfaces,
  type ArtifactDescription,
  type ComponentDescription,
  type FunctionType,
  type ModuleDescription,
  type ModuleImport,
} from '@wasmwhisk/artifact';
import type { Assessment } from '../contract.js';
import { isWasmRuntimeError, WasmRuntimeError } from '../errors.js';
import { assertEntry, toModuleExports } from './entry-check.js';
import { httpGetImport, importAdvice } from './import-advice.js';
import { resolveNumericEntry } from './numeric-entry.js';

/** What is known of a guest beside its description. */
export interface GuestChoice {
  /** The export that `main` names, `undefined` for none. Absent: not known yet. */
  readonly entry?: string | undefined;
}

/**
 * Checks by imports and exports alone that a guest can run: the one judgement of all runtimes, of
 * `/init`, of uploads and of `wasmwhisk inspect`, made before anything is compiled. What an engine
 * lacks beside, its own `WasmRuntime.assess` says.
 *
 * @throws WasmRuntimeError `WW_ERR_ARTIFACT_UNSUPPORTED`, `WW_ERR_GUEST_LINK`, `WW_ERR_GUEST_EXPORT_MISSING`
 */
export function assertRunnable(description: ArtifactDescription, choice: GuestChoice = {}): void {
  if (description.format === 'component') assertComponent(description);
  else assertModule(description, choice);
}

/** The same as an assessment. */
export function assessRunnable(
  description: ArtifactDescription,
  choice: GuestChoice = {},
): Assessment {
  try {
    assertRunnable(description, choice);
    return { type: 'supported' };
  } catch (error) {
    if (!isWasmRuntimeError(error)) throw error;
    return { type: 'unsupported', reason: error.message };
  }
}

function assertModule(description: ModuleDescription, choice: GuestChoice): void {
  const { guestInterface, imports, memories } = description;
  if (guestInterface === undefined)
    throw unsupported(
      'The module exports neither _start nor the functions of a buffer interface nor any function of numbers. ' +
        'Build a WASI command, or export one of these.',
    );
  if (memories.some(({ limits }) => limits.shared)) throw sharedMemory('module');
  for (const wanted of imports) assertImport(wanted);
  const exported = toModuleExports(description, guestInterface);
  const needsMemory = imports.find(needsExportedMemory);
  if (needsMemory !== undefined && !exported.exportsMemory)
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_EXPORT_MISSING',
      `The action imports ${showImport(needsMemory)}, which needs the memory of its caller, and does not export ` +
        'a memory as "memory". Export it: linkers do unless they are told otherwise.',
    );
  assertEntry(exported);
  if (guestInterface === 'numeric' && 'entry' in choice)
    resolveNumericEntry(exported.functions, choice.entry);
}

function assertImport(wanted: ModuleImport): void {
  if (wanted.module === httpGetImport.module && wanted.name === httpGetImport.name) {
    assertSignature(wanted, { params: [], results: ['i32'] });
    return;
  }
  const expected = preview1Signature(wanted);
  if (expected === undefined)
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_LINK',
      `Nothing here provides the import ${showImport(wanted)} (a ${wanted.external.type}). ${importAdvice(wanted.module, wanted.name)}`,
    );
  assertSignature(wanted, expected);
}

/**
 * Without that memory engines differ: Wasmtime traps in every function of WASI but `proc_exit`, even
 * those without addresses, and Wasmer answers nothing.
 */
function needsExportedMemory({ module, name }: ModuleImport): boolean {
  return isPreview1Version(module) && name !== 'proc_exit';
}

function preview1Signature({ module, name }: ModuleImport): FunctionType | undefined {
  return isPreview1Version(module) ? preview1Signatures[module].get(name) : undefined;
}

function assertSignature(wanted: ModuleImport, expected: FunctionType): void {
  const { external } = wanted;
  if (external.type === 'function' && showType(external.signature) === showType(expected)) return;
  const found =
    external.type === 'function'
      ? `a function ${showType(external.signature)}`
      : `a ${external.type}`;
  throw new WasmRuntimeError(
    'WW_ERR_GUEST_LINK',
    `The import ${showImport(wanted)} is ${found}, but what can be provided is a function ` +
      `${showType(expected)}. Build the action with a toolchain for WASI preview 1.`,
  );
}

function assertComponent(description: ComponentDescription): void {
  const { guestInterface, exports } = description;
  if (guestInterface === undefined)
    throw unsupported(
      'The component exports neither wasmwhisk:action/handler nor wasi:http/incoming-handler nor wasi:cli/run. ' +
        'Build it for one of their worlds.',
    );
  if (description.definesSharedMemory === true) throw sharedMemory('component');
  if (!exports.some((each) => isServedExport(each, guestInterface)))
    throw unsupported(
      `The component exports its entry as ${entryName(exports)}, and nothing here serves that version. Served are ` +
        'wasmwhisk:action/handler@0.1.x, wasi:http/incoming-handler@0.2.x and wasi:cli/run@0.2.x, no release candidates. ' +
        'Build it with the released interfaces.',
    );
  // A type that equals another needs nobody who provides it; engines see to the others.
  for (const { name, kind } of description.imports)
    if (kind !== 'type' && !isServedInterface(name))
      throw new WasmRuntimeError(
        'WW_ERR_GUEST_LINK',
        `Nothing here provides the import ${name} of the component (of kind ${kind}). ${componentAdvice(name)}`,
      );
}

function entryName(exports: ComponentDescription['exports']): string {
  const found = exports.find(({ name }) =>
    /^(?:wasmwhisk:action\/handler|wasi:http\/incoming-handler|wasi:cli\/run)(?:@|$)/.test(name),
  );
  return found?.name ?? '';
}

const releases = /^(?<name>[^@]+)@0\.2\.\d+$/;

function isServedInterface(text: string): boolean {
  return preview2Interfaces.has(releases.exec(text)?.groups?.['name'] ?? '');
}

function componentAdvice(text: string): string {
  const [name = '', version] = text.split('@');
  if (preview2Interfaces.has(name))
    return version === undefined
      ? 'It must name its version: WASI 0.2 is offered.'
      : 'WASI 0.2 is offered, in its releases 0.2.x: build the component for one of them.';
  return 'Components can import WASI 0.2 and nothing else.';
}

function sharedMemory(what: string): WasmRuntimeError {
  return unsupported(
    `The ${what} has a shared memory, and guests have no threads here: such a memory would know no limit. ` +
      'Build it without threads.',
  );
}

function unsupported(message: string): WasmRuntimeError {
  return new WasmRuntimeError('WW_ERR_ARTIFACT_UNSUPPORTED', message);
}

function showImport({ module, name }: ModuleImport): string {
  return `${module}.${name}`;
}

function showType({ params, results }: FunctionType): string {
  return `(${params.join(', ')}) -> (${results.join(', ')})`;
}
