import { describeArtifact, isArtifactError } from '@wasmwhisk/artifact';
import type { Archive, ArchiveFile } from './archive.js';
import type { Descriptor } from './descriptor.js';
import { quote } from './entry-tree.js';
import { IntakeError } from './intake-error.js';
import { sniff } from './sniff.js';

/** What an action runs. */
export interface ChosenEntry {
  readonly file: ArchiveFile;
  /** The export that `main` or the descriptor names; `undefined`: the only or default one. */
  readonly entry: string | undefined;
}

/** What OpenWhisk sends when the user named nothing. */
const defaultMain = 'main';

const manifest =
  'A zip must hold a WebAssembly module: one named exec, main.wasm or index.wasm, or a single .wasm (or .cwasm) file, or one that main (file.export) or wasmwhisk.json names.';

/**
 * Finds the file to run and the export to call, in this order:
 * the file part of `main` (`other.niam`: file `other` or `other.wasm`, export `niam`), the descriptor,
 * `exec`, `main.wasm`, `index.wasm`, the only `.wasm`, the first file if it is WebAssembly.
 * Precompiled code counts as a module, and `.cwasm` as `.wasm`, which comes first. A `main` that names no file is the name of the export.
 *
 * @throws IntakeError `no-module`, `module-missing`, `archive-malformed`
 */
export function chooseEntry(
  archive: Archive,
  main: string,
  descriptor: Descriptor | undefined,
): ChosenEntry {
  if (main !== defaultMain) {
    const named = fileOfMain(archive, main);
    if (named !== undefined) return named;
  }
  return {
    file: describedFile(archive, descriptor) ?? usualFile(archive),
    entry: entryOfMain(main) ?? descriptor?.main,
  };
}

/** The export that `main` names where no file plays a part. */
export function entryOfMain(main: string): string | undefined {
  return main === defaultMain || main === '' ? undefined : main;
}

/** `main` as a whole may name a file, or its part before the first dot behind the folders. */
function fileOfMain(archive: Archive, main: string): ChosenEntry | undefined {
  const whole = find(archive, main) ?? findModule(archive, main);
  if (whole !== undefined) return { file: whole, entry: undefined };
  const dot = main.indexOf('.', main.lastIndexOf('/') + 1);
  if (dot <= 0 || dot === main.length - 1) return undefined;
  const name = main.slice(0, dot);
  const file = find(archive, name) ?? findModule(archive, name);
  return file === undefined ? undefined : { file, entry: main.slice(dot + 1) };
}

function describedFile(
  archive: Archive,
  descriptor: Descriptor | undefined,
): ArchiveFile | undefined {
  if (descriptor?.module === undefined) return undefined;
  const file = find(archive, descriptor.module);
  if (file === undefined)
    throw new IntakeError(
      'module-missing',
      `The archive has no file ${quote(descriptor.module)}, which its wasmwhisk.json names as the module. It has ${listNames(archive)}.`,
    );
  return file;
}

function usualFile(archive: Archive): ArchiveFile {
  const executable = find(archive, 'exec');
  // Archives for other kinds may bring a script of that name.
  if (executable !== undefined && isCode(executable)) return executable;
  const usual = findModule(archive, 'main') ?? findModule(archive, 'index');
  if (usual !== undefined) return usual;
  const modules = archive.filter(({ path }) => /\.c?wasm$/i.test(path));
  const [only, ...others] = modules;
  if (only !== undefined && others.length === 0) return only;
  const [first] = archive;
  if (first !== undefined && isCode(first)) return first;
  // Nothing fits: reading what was probably meant gives a better reason than we have.
  if (executable !== undefined) return executable;
  if (first !== undefined && isForeign(first)) return first;
  if (only !== undefined)
    throw new IntakeError(
      'no-module',
      `The archive holds several modules (${listNames(modules)}) and nothing says which one to run. ${manifest}`,
    );
  throw new IntakeError(
    'no-module',
    `The archive holds no WebAssembly module, but ${listNames(archive)}. ${manifest}`,
  );
}

/** Whether the file can be what runs. */
function isCode(file: ArchiveFile): boolean {
  const sniffed = sniff(file.read());
  return sniffed === 'wasm' || sniffed === 'precompiled';
}

/** Whether an engine precompiled the file: the forerunner's archives hold such, under any name. */
function isForeign(file: ArchiveFile): boolean {
  try {
    describeArtifact(file.read());
    return false;
  } catch (error) {
    if (isArtifactError(error)) return error.fault === 'foreign-precompiled';
    throw error;
  }
}

function findModule(archive: Archive, name: string): ArchiveFile | undefined {
  return find(archive, `${name}.wasm`) ?? find(archive, `${name}.cwasm`);
}

function find(archive: Archive, path: string): ArchiveFile | undefined {
  return archive.find((file) => file.path === path);
}

function listNames(files: readonly ArchiveFile[]): string {
  if (files.length === 0) return 'nothing';
  const names = files.slice(0, 5).map(({ path }) => quote(path));
  return files.length > 5
    ? `${names.join(', ')} and ${String(files.length - 5)} more`
    : names.join(', ');
}
