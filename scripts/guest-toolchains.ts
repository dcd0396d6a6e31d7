import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { GuestSource } from './guest-catalog.ts';

const run = promisify(execFile);

/** A guest's source does not compile. The message is what the compiler said. */
export class GuestCompileError extends Error {
  override readonly name = 'GuestCompileError';
}

/** Compiles a guest and gives the module's bytes; the same source always gives the same bytes. */
export async function compileGuest(guest: GuestSource, root: string): Promise<Uint8Array> {
  switch (guest.language) {
    case 'AssemblyScript':
      return compileAssemblyScript(guest, root);
    case 'WAT':
      return compileWat(guest);
    case 'C':
      return compileC(guest, root);
    case 'Rust':
      return compileRust(guest, root);
  }
}

/**
 * Debian's compilers, by full path: an npm script finds another `wasm-opt` first, and machines with
 * rustup find a `rustc` that has no standard library for Wasm.
 */
const nativeTools = {
  clang: { path: '/usr/bin/clang', packages: 'clang lld' },
  libc: { path: '/usr/include/wasm32-wasi/stdio.h', packages: 'wasi-libc' },
  builtins: {
    path: '/usr/lib/llvm-14/lib/clang/14.0.6/lib/wasi/libclang_rt.builtins-wasm32.a',
    packages: 'libclang-rt-14-dev-wasm32',
  },
  rustc: { path: '/usr/bin/rustc', packages: 'rustc' },
  rustStandardLibrary: {
    path: '/usr/lib/rustlib/wasm32-wasi',
    packages: 'libstd-rust-dev-wasm32',
  },
  wasmOpt: { path: '/usr/bin/wasm-opt', packages: 'binaryen' },
} as const;

/** Debian packages that are missing for the C and Rust guests; empty when all is there. */
export function missingNativePackages(): readonly string[] {
  return Object.values(nativeTools)
    .filter((tool) => !existsSync(tool.path))
    .flatMap((tool) => tool.packages.split(' '));
}

async function compileAssemblyScript(guest: GuestSource, root: string): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc');
  const stdout = asc.createMemoryStream();
  const stderr = asc.createMemoryStream();
  const outputs = new Map<string, Uint8Array>();
  const { error } = await asc.main(
    [
      relative(root, guest.source),
      ...['--baseDir', root, '--outFile', 'guest.wasm'],
      // Never frees: an instance lives for one run.
      ...['--runtime', 'stub', '--optimizeLevel', '3', '--shrinkLevel', '2'],
      ...['--lib', 'examples/guest/assemblyscript/host'],
      ...['--use', 'abort=~lib/guest_abort/guestAbort'],
    ],
    {
      stdout,
      stderr,
      writeFile: (name, contents) => {
        outputs.set(name, typeof contents === 'string' ? Buffer.from(contents) : contents);
      },
    },
  );
  const module = outputs.get('guest.wasm');
  if (error !== null || module === undefined)
    throw new GuestCompileError(stderr.toString() || (error?.message ?? 'asc wrote no module'));
  return module;
}

async function compileWat(guest: GuestSource): Promise<Uint8Array> {
  const { default: loadWabt } = await import('wabt');
  const wabt = await loadWabt();
  try {
    const parsed = wabt.parseWat(guest.source, readFileSync(guest.source, 'utf8'));
    try {
      parsed.validate();
      return parsed.toBinary({ write_debug_names: true }).buffer;
    } finally {
      parsed.destroy();
    }
  } catch (error) {
    throw new GuestCompileError(error instanceof Error ? error.message : String(error));
  }
}

async function compileC(guest: GuestSource, root: string): Promise<Uint8Array> {
  return inScratchFolder(async (scratch) => {
    const linked = join(scratch, 'linked.wasm');
    await compile(root, nativeTools.clang.path, [
      ...['--target=wasm32-wasi', '--sysroot=/usr', '-std=gnu11', '-Oz', '-flto'],
      ...['-Wall', '-Wextra', '-Werror', `-ffile-prefix-map=${root}=.`],
      ...['-I', 'examples/guest/c', relative(root, guest.source), '-o', linked],
      '-Wl,--strip-all',
    ]);
    return optimize(root, linked, scratch);
  });
}

async function compileRust(guest: GuestSource, root: string): Promise<Uint8Array> {
  return inScratchFolder(async (scratch) => {
    const linked = join(scratch, 'linked.wasm');
    await compile(root, nativeTools.rustc.path, [
      ...['--edition', '2021', '--target', 'wasm32-wasi', '--crate-type', 'bin'],
      ...['--crate-name', guest.name.replaceAll('-', '_'), '-D', 'warnings'],
      ...['-C', 'opt-level=z', '-C', 'lto=fat', '-C', 'codegen-units=1', '-C', 'panic=abort'],
      ...['-C', 'strip=symbols', '--remap-path-prefix', `${root}=.`],
      ...[relative(root, guest.source), '-o', linked],
    ]);
    return optimize(root, linked, scratch);
  });
}

async function optimize(root: string, linked: string, scratch: string): Promise<Uint8Array> {
  const optimized = join(scratch, 'optimized.wasm');
  await compile(root, nativeTools.wasmOpt.path, [
    ...['-Oz', '--strip-debug', linked, '-o', optimized],
  ]);
  return readFileSync(optimized);
}

async function compile(root: string, tool: string, args: readonly string[]): Promise<void> {
  try {
    await run(tool, args, { cwd: root, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new GuestCompileError(said || `${tool} failed: ${String(error)}`);
  }
}

/** The folder's name does not get into the module: compilers see relative source paths only. */
async function inScratchFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-guest-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
