/**
 * Makes components of core modules, with what npm brings (jco). As a program it builds the example
 * actions whose language is "C component"; packages import its functions for their own fixtures.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import {
  componentEmbed,
  componentNew,
  parse,
  preview1AdapterCommandPath,
  preview1AdapterReactorPath,
} from '@bytecodealliance/jco';

const usage = `Usage: node scripts/build-component.ts [--verify]

Builds the example actions that are components written in C (Debian's clang and lld), into the
.wasm committed beside each source.

Options:
  --verify   only compare the committed components with a fresh build
  --help     show this text

Exit codes: 0 done; 1 a source does not compile, or a component differs from it; 2 wrong usage;
69 a compiler is missing.
`;

const root = join(import.meta.dirname, '..');

/** The version of WASI's own WIT packages that jco carries. */
const wasiVersion = '0.2.12';

/** Text format to a core module. */
export function assemble(wat: string): Promise<Uint8Array> {
  return parse(wat);
}

/** What a core module becomes a component of. */
export interface ComponentForm {
  /**
   * `action`: speaks the canonical ABI of our action world. `http`: that of an HTTP handler, which
   * may send requests too. `command`: exports `_start`, and the component `wasi:cli/run`.
   */
  readonly type: 'action' | 'command' | 'http';
  /** WASI interfaces that the module imports by itself, such as `wasi:cli/exit`, in jco's version of them. */
  readonly imports?: readonly string[];
  /** Interfaces of the text `packages` that the module imports, such as `local:absent/host`. */
  readonly otherImports?: readonly string[];
  /** WIT of further packages, each of which begins with its name. */
  readonly packages?: readonly string[];
}

/** Makes a component of a core module. Imports of WASI preview 1 go through jco's adapter. */
export async function toComponent(module: Uint8Array, form: ComponentForm): Promise<Uint8Array> {
  const embedded = await componentEmbed({
    binary: module,
    // As text and not as a path: jco's own file system shim opens no directories since 0.26.1.
    witSource: worldText(form),
    world: 'guest',
    // `exit-with-code` is the only one that is used.
    features: { tag: 'all' },
  });
  const adapter =
    form.type === 'command' ? preview1AdapterCommandPath() : preview1AdapterReactorPath();
  return componentNew(embedded, [['wasi_snapshot_preview1', readFileSync(fileURLToPath(adapter))]]);
}

/** What the world of each form imports and exports. */
const worldOf: Readonly<Record<ComponentForm['type'], readonly string[]>> = {
  action: ['include wasmwhisk:action/action@0.1.0'],
  command: [],
  http: [`include wasi:http/proxy@${wasiVersion}`],
};

/** A world that includes ours, and every package it needs, in one text. */
function worldText(form: ComponentForm): string {
  const { type, imports = [], otherImports = [], packages = [] } = form;
  const action = readFileSync(join(root, 'wit/action.wit'), 'utf8');
  const wasi = imports.length === 0 && type !== 'http' ? [] : wasiPackages();
  const world = [
    ...worldOf[type],
    ...imports.map((name) => `import ${name}@${wasiVersion}`),
    ...otherImports.map((name) => `import ${name}`),
  ];
  return [
    'package wasmwhisk:guest;\n',
    `world guest {\n${world.map((item) => `  ${item};\n`).join('')}}\n`,
    ...[action, ...wasi, ...packages].map(nest),
  ].join('\n');
}

function wasiPackages(): readonly string[] {
  const builtin = fileURLToPath(
    new URL(`../lib/wit/builtin/${wasiVersion}/`, import.meta.resolve('@bytecodealliance/jco')),
  );
  return ['io', 'clocks', 'random', 'filesystem', 'sockets', 'cli', 'http'].map((name) =>
    readFileSync(join(builtin, `wasi-${name}`, 'package.wit'), 'utf8'),
  );
}

/** `package a:b@c;` and what follows, as the block that a text of several packages needs. */
function nest(text: string): string {
  const head = /^package\s+[^;]+(?=;)/m.exec(text);
  if (head === null) throw new Error('a WIT text names no package');
  const body = text.slice(head.index + head[0].length + 1);
  return `${text.slice(0, head.index)}${head[0]} {${body}}\n`;
}

/** Debian's, by full path: other compilers give other bytes. */
const clang = '/usr/bin/clang';
const compilers = [clang, '/usr/bin/wasm-ld'];

interface ComponentExample {
  readonly form: ComponentForm['type'];
  readonly source: string;
  readonly output: string;
}

/** What `action.json` says, as far as it matters here. */
interface ComponentExampleFile {
  readonly language: string;
  readonly interface: string;
  readonly source: string;
  readonly wasm: string;
}

function listExamples(): ComponentExample[] {
  const home = join(root, 'examples/actions');
  return readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(home, entry.name))
    .flatMap((folder) => {
      const text = readIfPresent(join(folder, 'action.json'))?.toString('utf8');
      if (text === undefined) return [];
      const example = JSON.parse(text) as ComponentExampleFile;
      if (example.language !== 'C component') return [];
      return [
        {
          form: example.interface === 'http-handler' ? 'http' : 'action',
          source: join(folder, example.source),
          output: join(folder, example.wasm),
        },
      ];
    });
}

async function buildExample(example: ComponentExample): Promise<Uint8Array> {
  const scratch = mkdtempSync(join(tmpdir(), 'wasmwhisk-component-'));
  try {
    const core = join(scratch, 'core.wasm');
    // The source by its relative path: another folder must not give other bytes.
    await promisify(execFile)(
      clang,
      [
        ...['--target=wasm32', '-std=c11', '-Oz', '-flto', '-ffreestanding', '-nostdlib'],
        ...['-Wall', '-Wextra', '-Werror', '-Wl,--no-entry,--strip-all'],
        ...[relative(root, example.source), '-o', core],
      ],
      { cwd: root, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } },
    );
    return await toComponent(readFileSync(core), { type: example.form });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function readIfPresent(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function main(args: readonly string[]): Promise<number> {
  let values: { readonly verify: boolean; readonly help: boolean };
  try {
    const flag = { type: 'boolean', default: false } as const;
    values = parseArgs({ args: [...args], options: { verify: flag, help: flag } }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const missing = compilers.filter((path) => !existsSync(path));
  if (missing.length > 0) {
    process.stdout.write(`components: ${missing.join(' and ')} missing (Debian: clang lld)\n`);
    return 69;
  }
  let failed = 0;
  const examples = listExamples();
  for (const example of examples) {
    const shown = relative(root, example.output);
    const fresh = await buildExample(example);
    const committed = readIfPresent(example.output);
    if (!values.verify) writeFileSync(example.output, fresh);
    else if (committed?.equals(fresh) !== true) {
      failed += 1;
      process.stderr.write(`${shown} differs from a fresh build of its source\n`);
    }
  }
  process.stdout.write(
    `components: ${String(examples.length - failed)} ${values.verify ? 'verified' : 'built'}, ${String(failed)} failed\n`,
  );
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
