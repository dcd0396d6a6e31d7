// Puts together what an image needs and nothing else: the packages below the command as they are built,
// their dependencies without those for development, and on Linux the Node.js binary that npm brings.
//
//   node scripts/assemble-image.ts FOLDER [--native FOLDER]
//
// The native engine goes in as it is built in this checkout; with --native instead as cargo left it in that
// folder, and not at all when that folder is empty.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { binaryPathIn } from './native/binary-record.ts';
import { findLoadFault, libraryName } from './native/library.ts';
import { nodePlatformName } from './native/toolchain.ts';
import { linkNode } from './setup/node-binary.mjs';

const root = join(import.meta.dirname, '..');
const scope = '@wasmwhisk/';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly integrity?: string }>
  >;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** A package and all of ours below it, by folder name. */
function closureOf(name: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(name)) return found;
  found.add(name);
  const manifest = readJson(join(root, 'packages', name, 'package.json')) as Manifest;
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (dependency.startsWith(scope)) closureOf(dependency.slice(scope.length), found);
  }
  return found;
}

/** What only helps people who develop: types, maps, the compiler's records. */
function isNeeded(path: string): boolean {
  return !/\.(?:d\.ts|map|tsbuildinfo)$/.test(path);
}

function copyPackage(name: string, target: string): void {
  const from = join(root, 'packages', name);
  const to = join(target, 'packages', name);
  const { devDependencies, scripts, ...manifest } = readJson(join(from, 'package.json')) as Record<
    string,
    unknown
  >;
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, 'package.json'), JSON.stringify(manifest, undefined, 2));
  for (const folder of ['dist', 'bin', 'assets']) {
    if (existsSync(join(from, folder))) {
      cpSync(join(from, folder), join(to, folder), { recursive: true, filter: isNeeded });
    }
  }
}

function installDependencies(target: string): void {
  const { optionalDependencies } = readJson(join(root, 'package.json')) as Manifest;
  const manifest = {
    private: true,
    type: 'module',
    workspaces: ['packages/*'],
    optionalDependencies,
  };
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest, undefined, 2));
  cpSync(join(root, 'package-lock.json'), join(target, 'package-lock.json'));
  cpSync(join(root, '.npmrc'), join(target, '.npmrc'));
  const end = spawnSync(
    'npm',
    [
      'install',
      '--no-save',
      '--omit=dev',
      '--include=optional',
      '--ignore-scripts',
      '--no-progress',
    ],
    { cwd: target, encoding: 'utf8' },
  );
  if (end.status !== 0) throw new Error(`npm install in ${target} failed:\n${end.stderr}`);
}

/** npm was free to choose where our lock file no longer fits; it must not have used that. */
function assertLocked(target: string): void {
  const lock = readJson(join(root, 'package-lock.json')) as LockFile;
  const record = readJson(join(target, 'node_modules', '.package-lock.json')) as LockFile;
  const digests = new Set(Object.values(lock.packages).map(({ integrity }) => integrity));
  const strangers = Object.entries(record.packages)
    .filter(([, { integrity }]) => integrity !== undefined && !digests.has(integrity))
    .map(([path, { version }]) => `${path} ${version ?? ''}`);
  if (strangers.length > 0) throw new Error(`not in package-lock.json: ${strangers.join(', ')}`);
}

/**
 * Takes out what is large and never runs: headers and manuals of the Node.js package, and binaryen, which
 * jco-transpile calls for two options (asm.js, optimisation) that `runtime-jco` does not use.
 */
function trimDependencies(target: string): void {
  const modules = join(target, 'node_modules');
  for (const name of readdirSync(modules).filter((one) => one.startsWith('node-linux-'))) {
    for (const part of ['include', 'share', 'CHANGELOG.md', 'README.md']) {
      rmSync(join(modules, name, part), { recursive: true, force: true });
    }
  }
  rmSync(join(modules, 'binaryen'), { recursive: true, force: true });
  for (const name of readdirSync(join(modules, '.bin'))) {
    // Links to what was taken out.
    if (!existsSync(join(modules, '.bin', name))) rmSync(join(modules, '.bin', name));
  }
  for (const file of ['package-lock.json', '.npmrc']) rmSync(join(target, file));
}

/** Puts in the engine that was built elsewhere, and holds what is there against the Node.js that will run it. */
function placeNative(target: string, from: string | undefined): void {
  const folder = join(target, 'packages', 'runtime-wasmtime', 'dist', 'native');
  const binary = binaryPathIn(folder, nodePlatformName());
  if (from !== undefined) {
    rmSync(folder, { recursive: true, force: true });
    const library = join(from, libraryName);
    if (existsSync(library)) {
      mkdirSync(folder, { recursive: true });
      cpSync(library, binary);
    }
  }
  if (!existsSync(binary)) {
    process.stderr.write('Without the native engine: what is assembled runs on V8.\n');
    return;
  }
  const fault = findLoadFault(binary);
  if (fault !== undefined) throw new Error(`the native engine does not load:\n${fault}`);
  process.stderr.write('With the native engine.\n');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { native: { type: 'string' } },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write('Usage: node scripts/assemble-image.ts FOLDER [--native FOLDER]\n');
  process.exit(64);
}
const target = resolve(folder);
if (existsSync(target) && readdirSync(target).length > 0) {
  process.stderr.write(`${target} is not empty.\n`);
  process.exit(73);
}
mkdirSync(target, { recursive: true });
for (const name of closureOf('cli')) copyPackage(name, target);
placeNative(target, values.native);
installDependencies(target);
assertLocked(target);
linkNode(target);
trimDependencies(target);
