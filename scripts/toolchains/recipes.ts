import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compileGuest } from '../guest-toolchains.ts';
import { debianVersions, goVersion, type ToolchainId } from './catalog.ts';
import { findPythonTools } from './python-tools.ts';

const root = join(import.meta.dirname, '../..');
const bin = join(root, 'node_modules', '.bin');
const guests = join(root, 'test', 'toolchains', 'guests');
const wit = join(root, 'wit', 'action.wit');
const wasiVersion = '0.2.12';

/** How a guest is made with a toolchain. */
export interface Recipe {
  /** Files and folders whose change makes another guest, from the root. */
  readonly sources: readonly string[];
  /** @returns In one line why the toolchain cannot be used here, or `undefined`. */
  readonly missing: () => string | undefined;
  /** Writes the guest to `output`. `scratch` is an empty folder. */
  readonly build: (output: string, scratch: string) => Promise<void>;
}

async function run(
  command: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv = process.env,
  cwd = root,
): Promise<void> {
  const [file, ...args] = command;
  try {
    await promisify(execFile)(file, args, { cwd, env: environment });
  } catch (error) {
    const said =
      error instanceof Error && 'stdout' in error && 'stderr' in error
        ? `${String(error.stdout)}${String(error.stderr)}`.trimEnd()
        : '';
    throw new Error(`${command.join(' ')} failed:\n${said || String(error)}`, { cause: error });
  }
}

function missingPython(): string | undefined {
  const tools = findPythonTools();
  return 'reason' in tools ? tools.reason : undefined;
}

function pythonEnvironment(): NodeJS.ProcessEnv {
  const tools = findPythonTools();
  if ('reason' in tools) throw new Error(tools.reason);
  return tools.environment;
}

/** What a program says when it is asked for its version; `undefined` when it does not run. */
function askVersion(...[file, ...args]: readonly [string, ...string[]]): string | undefined {
  const { status, stdout } = spawnSync(file, args, { encoding: 'utf8', env: goEnvironment() });
  return status === 0 ? stdout : undefined;
}

/** Debian's, by full path: rustup's comes first on many paths and has no standard library for Wasm. */
function missingDebian(name: 'clang' | 'rustc', ...files: readonly string[]): string | undefined {
  const path = `/usr/bin/${name}`;
  const absent = [path, ...files].filter((file) => !existsSync(file));
  if (absent.length > 0)
    return `${absent.join(', ')} not there; \`node scripts/provision.ts\` installs Debian's packages`;
  const said = askVersion(path, '--version') ?? '';
  const wanted = debianVersions[name];
  return said.includes(` ${wanted}`)
    ? undefined
    : `${path} is ${said.split('\n')[0] ?? ''} and not ${wanted}`;
}

const missingClang = (): string | undefined =>
  missingDebian('clang', '/usr/bin/wasm-ld', '/usr/include/wasm32-wasi/stdio.h');
const missingRustc = (): string | undefined =>
  missingDebian('rustc', '/usr/lib/rustlib/wasm32-wasi');

/** `local`: Go would get the toolchain that a module asks for from elsewhere. */
function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '', LC_ALL: 'C' };
}

/** The one of PyPI, or one on the path of the same minor version. */
function findGo(): string | undefined {
  const tools = findPythonTools();
  const candidates = ['reason' in tools ? '' : join(tools.folder, 'go', 'bin', 'go'), 'go'];
  return candidates.find(
    (file) => file !== '' && askVersion(file, 'version')?.includes(` go${goVersion}.`) === true,
  );
}

/** A folder with a world that imports WASI, and the packages it needs, of which jco carries a copy. */
function layWit(world: string, folder: string): string {
  const builtin = fileURLToPath(
    new URL(`../lib/wit/builtin/${wasiVersion}/`, import.meta.resolve('@bytecodealliance/jco')),
  );
  const dependencies = join(folder, 'deps');
  mkdirSync(dependencies, { recursive: true });
  cpSync(world, join(folder, 'world.wit'));
  mkdirSync(join(dependencies, 'wasmwhisk-action'));
  cpSync(wit, join(dependencies, 'wasmwhisk-action', 'action.wit'));
  for (const name of readdirSync(builtin))
    cpSync(join(builtin, name), join(dependencies, name), { recursive: true });
  return folder;
}

function buildQuickJs(...options: readonly string[]): Recipe['build'] {
  return async (output, scratch) => {
    const folder = join(guests, 'javascript');
    const world = layWit(join(folder, 'logging.wit'), join(scratch, 'wit'));
    await run([
      ...([join(bin, 'componentize-qjs'), ...options] as const),
      ...['--wit', world, '--world', 'logging-action'],
      ...['--js', join(folder, 'quickjs.js'), '--output', output],
    ]);
  };
}

const clangFlags = [
  ...['--target=wasm32-wasi', '--sysroot=/usr', '-std=gnu11', '-O2'],
  ...['-Wall', '-Wextra', '-Werror', '-Wl,--strip-all'],
];

function buildC(output: string): Promise<void> {
  const source = join(guests, 'c', 'command.c');
  return run(['/usr/bin/clang', ...clangFlags, source, '-o', output]);
}

function buildRust(output: string): Promise<void> {
  return run([
    ...(['/usr/bin/rustc', '--edition', '2021', '--target', 'wasm32-wasi'] as const),
    ...['-O', '-C', 'strip=symbols', '-D', 'warnings'],
    ...[join(guests, 'rust', 'main.rs'), '-o', output],
  ]);
}

/** A command component of what builds a command module. */
function asCommandComponent(build: (output: string) => Promise<void>): Recipe['build'] {
  return async (output, scratch) => {
    const core = join(scratch, 'core.wasm');
    await build(core);
    await run([join(bin, 'jco'), 'new', core, '--wasi-command', '--output', output]);
  };
}

const cSources = ['test/toolchains/guests/c', 'examples/guest/c', 'wit/action.wit'];
const rustSources = ['test/toolchains/guests/rust', 'examples/guest/rust'];
const jsSources = ['test/toolchains/guests/javascript', 'wit/action.wit'];

export const recipes: Readonly<Record<ToolchainId, Recipe>> = {
  'componentize-qjs': {
    sources: jsSources,
    missing: () => undefined,
    build: buildQuickJs(),
  },
  'componentize-qjs-sync': {
    sources: jsSources,
    missing: () => undefined,
    build: buildQuickJs('--sync'),
  },
  'componentize-js': {
    sources: jsSources,
    missing: () => undefined,
    build: (output) =>
      run([
        ...([process.execPath, join(import.meta.dirname, 'componentize-js.ts')] as const),
        ...[join(guests, 'javascript', 'action.js'), wit, 'action', output],
      ]),
  },
  'componentize-py': {
    sources: ['test/toolchains/guests/python', 'wit/action.wit'],
    missing: missingPython,
    build: async (output, scratch) => {
      // A copy, because compiled Python is written beside its source.
      cpSync(join(guests, 'python'), scratch, { recursive: true });
      await run(
        [
          ...(['componentize-py', '-d', wit, '-w', 'action', 'componentize', 'app'] as const),
          ...['-p', scratch, '-o', output],
        ],
        pythonEnvironment(),
      );
    },
  },
  'c-component': {
    sources: cSources,
    missing: () => missingClang() ?? missingPython(),
    build: async (output, scratch) => {
      const core = join(scratch, 'core.wasm');
      const embedded = join(scratch, 'embedded.wasm');
      const source = join(guests, 'c', 'component.c');
      await run(['/usr/bin/clang', ...clangFlags, '-mexec-model=reactor', source, '-o', core]);
      const tools = pythonEnvironment();
      const adapter = fileURLToPath(
        new URL(
          '../lib/wasi_snapshot_preview1.reactor.wasm',
          import.meta.resolve('@bytecodealliance/jco'),
        ),
      );
      const world = ['--world', 'action'];
      await run(['wasm-tools', 'component', 'embed', wit, core, ...world, '-o', embedded], tools);
      await run(
        ['wasm-tools', 'component', 'new', embedded, '--adapt', adapter, '-o', output],
        tools,
      );
    },
  },
  c: { sources: cSources, missing: missingClang, build: buildC },
  'c-command-component': {
    sources: cSources,
    missing: missingClang,
    build: asCommandComponent(buildC),
  },
  go: {
    sources: ['test/toolchains/guests/go'],
    missing: () =>
      findGo() === undefined
        ? `no Go ${goVersion} is on the path, and PyPI's is ${missingPython() ?? 'of no use here'}`
        : undefined,
    build: (output) =>
      run(
        [findGo() ?? 'go', 'build', '-trimpath', '-ldflags=-s -w', '-o', output, '.'],
        { ...goEnvironment(), GOOS: 'wasip1', GOARCH: 'wasm', CGO_ENABLED: '0' },
        join(guests, 'go'),
      ),
  },
  zig: {
    sources: ['test/toolchains/guests/zig'],
    missing: missingPython,
    build: (output, scratch) =>
      run(
        [
          ...(['python3', '-m', 'ziglang', 'build-exe', '-target', 'wasm32-wasi'] as const),
          ...['-O', 'ReleaseSmall', `-femit-bin=${output}`],
          ...['--cache-dir', join(scratch, 'cache'), '--global-cache-dir', join(scratch, 'global')],
          join(guests, 'zig', 'main.zig'),
        ],
        pythonEnvironment(),
      ),
  },
  rust: { sources: rustSources, missing: missingRustc, build: buildRust },
  'rust-command-component': {
    sources: rustSources,
    missing: missingRustc,
    build: asCommandComponent(buildRust),
  },
  assemblyscript: {
    sources: ['test/toolchains/guests/assemblyscript', 'examples/guest/assemblyscript'],
    missing: () => undefined,
    build: async (output) => {
      const source = join(guests, 'assemblyscript', 'action.ts');
      const bytes = await compileGuest(
        { name: 'action', language: 'AssemblyScript', source, output, inputs: [source] },
        root,
      );
      writeFileSync(output, bytes);
    },
  },
};

/** The files of a recipe's sources, in a fixed order. */
export function listSources({ sources }: Recipe): readonly string[] {
  return sources.flatMap((name) => {
    const path = join(root, name);
    if (!existsSync(path)) throw new Error(`${name} is not there`);
    if (name.endsWith('.wit')) return [path];
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  });
}
