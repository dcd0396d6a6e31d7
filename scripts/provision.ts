// Installs what the checks use and the machine lacks: Debian packages (the toolchains of the example actions
// that are not on npm, the load driver, the browser), and the toolchains that PyPI carries, which go outside of
// the checkout. Where it cannot, it says what would be needed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findToolchain } from './native/toolchain.ts';
import { installPythonTools } from './toolchains/python-tools.ts';

const packages = [
  // Rust guests (target wasm32-wasi).
  'rustc',
  'cargo',
  'libstd-rust-dev-wasm32',
  // C guests.
  'clang',
  'lld',
  'wasi-libc',
  'libclang-rt-14-dev-wasm32',
  // wasm-opt.
  'binaryen',
  // Load driver of the benchmarks.
  'wrk',
  // Clicks through the page of the standalone OpenWhisk.
  'chromium',
];

const unavailable = 69;

/** With Debian's pip only where the `python3` that is found first has none (for the linter of Dockerfiles and the toolchains of PyPI). */
function neededPackages(): readonly string[] {
  const { status } = spawnSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' });
  return status === 0 ? packages : [...packages, 'python3-pip'];
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return stdout.includes('install ok installed');
}

function aptGet(...args: readonly string[]): number {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Its chatter goes to standard error: the last line of standard output is ours.
  const { status, error } = spawnSync('apt-get', ['-q', ...args], { stdio: ['ignore', 2, 2], env });
  if (error !== undefined) process.stdout.write(`apt-get: ${error.message}\n`);
  return status ?? 1;
}

/** Debian's rustc is for the guests; the engine needs a newer one, which no Debian package brings. */
function reportToolchain(): void {
  const toolchain = findToolchain();
  if ('reason' in toolchain)
    process.stdout.write(
      `${toolchain.reason} The native engine is skipped; rustup (https://rustup.rs) brings what it needs.\n`,
    );
  else process.stdout.write(`Rust ${toolchain.version}: ${toolchain.cargo}\n`);
}

/** For guests of real toolchains (scripts/build-toolchain-guests.ts); needs the `pip` of before. */
function providePythonTools(): number {
  const fault = installPythonTools();
  const said = fault === undefined ? 'there' : `not installed: ${fault}`;
  process.stdout.write(`Toolchains of PyPI: ${said}.\n`);
  return fault === undefined ? 0 : 1;
}

interface Provision {
  readonly status: number;
  /** One line that says how it went, or what is missing. */
  readonly said: string;
}

function provideDebianPackages(): Provision {
  if (!existsSync('/etc/debian_version')) {
    const said = `Not a Debian system; the checks use: ${packages.join(' ')}`;
    return { status: unavailable, said };
  }
  const missing = neededPackages().filter((name) => !isInstalled(name));
  if (missing.length === 0) return { status: 0, said: 'All Debian packages are there.' };
  if (process.getuid?.() !== 0)
    return { status: unavailable, said: `Not root, so not installed: ${missing.join(' ')}` };
  process.stdout.write(`Installing ${missing.join(' ')}\n`);
  const install = ['install', '--yes', '--no-install-recommends', ...missing];
  // The package lists of a fresh machine are missing or old, and an old list names files that are gone.
  const updated = aptGet('update');
  if (updated !== 0) process.stdout.write(`apt-get update ended with ${String(updated)}.\n`);
  const status = aptGet(...install);
  return { status, said: `apt-get install ended with ${String(status)}.` };
}

reportToolchain();
const debian = provideDebianPackages();
const python = providePythonTools();
// Last, because the last line is shown beside a step that could not run.
process.stdout.write(`${debian.said}\n`);
process.exitCode = debian.status === 0 ? python : debian.status;
