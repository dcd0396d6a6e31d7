import { spawnSync } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What the crates ask for (`rust-version` in native/Cargo.toml). */
const neededMinor = 95;
export const neededRust = `1.${String(neededMinor)}`;

/** A cargo that is new enough, and its surroundings. */
export interface Toolchain {
  readonly cargo: string;
  /** Such as `1.95.0`. */
  readonly version: string;
  /** Such as `x86_64-unknown-linux-gnu`. */
  readonly triple: string;
  /** An environment in which cargo finds the rustc beside it, and not one that is earlier on the path. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Rust's names of systems, and what napi's convention calls them. */
const platformNames: Readonly<Record<string, string>> = {
  'x86_64-unknown-linux-gnu': 'linux-x64-gnu',
  'x86_64-unknown-linux-musl': 'linux-x64-musl',
  'aarch64-unknown-linux-gnu': 'linux-arm64-gnu',
  'aarch64-unknown-linux-musl': 'linux-arm64-musl',
  'x86_64-apple-darwin': 'darwin-x64',
  'aarch64-apple-darwin': 'darwin-arm64',
  'x86_64-pc-windows-msvc': 'win32-x64-msvc',
};

/** Such as `linux-x64-gnu`; the triple itself where there is no other name. */
export function toPlatformName(triple: string): string {
  return platformNames[triple] ?? triple;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Every folder with a cargo, in the order of the path; rustup's own folder last, which a shell may not name. */
function cargoFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  const rustup = join(environment['CARGO_HOME'] ?? join(homedir(), '.cargo'), 'bin');
  const named = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = [...named, rustup].filter((folder) => isExecutable(join(folder, 'cargo')));
  const seen = new Set<string>();
  return folders.filter((folder) => {
    const real = realpathSync(folder);
    return !seen.has(real) && seen.add(real);
  });
}

function askVersion(
  folder: string,
  environment: NodeJS.ProcessEnv,
): { readonly version: string; readonly triple: string } | undefined {
  // Of rustup's stand-ins, which exist without any Rust behind them, only running one tells.
  const { status, stdout } = spawnSync(join(folder, 'rustc'), ['--version', '--verbose'], {
    encoding: 'utf8',
    env: environment,
  });
  const version = /^release: (\S+)$/m.exec(stdout)?.[1];
  const triple = /^host: (\S+)$/m.exec(stdout)?.[1];
  return status !== 0 || version === undefined || triple === undefined
    ? undefined
    : { version, triple };
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= neededMinor);
}

/** What this Node.js runs on, by napi's convention; the C library is named on Linux only. */
export function nodePlatformName(): string {
  const name = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') return `${name}-msvc`;
  if (process.platform !== 'linux') return name;
  const report = process.report.getReport() as {
    readonly header: Readonly<Record<string, unknown>>;
  };
  return `${name}-${report.header['glibcVersionRuntime'] === undefined ? 'musl' : 'gnu'}`;
}

/**
 * Looks for a Rust toolchain that builds the native engine.
 *
 * @param environment - Where `PATH` and `CARGO_HOME` come from.
 * @returns The first one that will do, or in one line why there is none.
 */
export function findToolchain(
  environment: NodeJS.ProcessEnv = process.env,
): Toolchain | { readonly reason: string } {
  const unfit: string[] = [];
  for (const folder of cargoFolders(environment)) {
    const cargo = join(folder, 'cargo');
    const path = `${folder}${delimiter}${environment['PATH'] ?? ''}`;
    const own = { ...environment, PATH: path };
    const found = askVersion(folder, own);
    if (found === undefined) unfit.push(`the rustc beside ${cargo} does not run`);
    else if (!isNewEnough(found.version)) unfit.push(`${cargo} is ${found.version}`);
    else if (toPlatformName(found.triple) !== nodePlatformName())
      unfit.push(`${cargo} builds for ${found.triple}, and not for this Node.js`);
    else return { cargo, ...found, environment: own };
  }
  const detail = unfit.length === 0 ? '' : `: ${unfit.join(', ')}`;
  return { reason: `No Rust ${neededRust} or newer is here${detail}.` };
}
