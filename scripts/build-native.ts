// Builds the native engine (packages/runtime-wasmtime/native) and puts it where the loader looks.
//
//   node scripts/build-native.ts [--quick] [--if-possible]
//
// A second build of the same sources, in this checkout or another, only copies.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  binaryPathIn,
  installBinary,
  readRecord,
  type BinaryRecord,
  type Profile,
} from './native/binary-record.ts';
import { findLoadFault, libraryName } from './native/library.ts';
import { addonCrate, binaryFolder, digestSources, nativeFolder } from './native/sources.ts';
import { makeTargetFolder } from './native/target-folder.ts';
import { findToolchain, toPlatformName, type Toolchain } from './native/toolchain.ts';
import { withSetupLock } from './setup/setup-lock.mjs';
import { remapFlags } from './native/remap-flags.ts';
import { passSignalsOn } from './signals.ts';

const unavailable = 69;
const changedMeanwhile = 75;
const heartbeatMs = 30_000;
/** Finished binaries that are kept for other checkouts and for going back. */
const finishedMax = 4;

const usage = `Usage: npm run build:native -- [options]

Compiles the native engine and puts it into packages/runtime-wasmtime/dist/native/. Needs Rust 1.95.
The first build takes up to ten minutes; what was compiled is kept for all checkouts.

  --quick          compiles incrementally, for working on it
  --if-possible    without a toolchain: end with 69 and the reason; take any build of the same sources
  --source FOLDER  another Rust workspace with a crate ${addonCrate}
  --out FOLDER     another place for the binary
  --help

WASMWHISK_NATIVE_TARGET, or CARGO_TARGET_DIR, names another folder to compile in than
~/.cache/wasmwhisk/native-target.
`;

interface Build {
  readonly toolchain: Toolchain;
  readonly profile: Profile;
  readonly source: string;
  /** Digest of the sources. */
  readonly digest: string;
  readonly target: string;
  /** Where the binary goes. */
  readonly binaryPath: string;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function runCargo({ toolchain, profile, source, target }: Build): Promise<number> {
  const startMs = performance.now();
  // cargo has a progress bar for terminals; elsewhere a linker may be silent for minutes.
  const heartbeat = process.stderr.isTTY
    ? undefined
    : setInterval(() => {
        const seconds = Math.round((performance.now() - startMs) / 1000);
        say(`Build native engine ... ${String(seconds)} s`);
      }, heartbeatMs);
  try {
    const child = spawn(
      toolchain.cargo,
      [
        ...['build', '--locked', '--profile', profile, '--package', addonCrate],
        ...['--target-dir', target],
        ...remapFlags(toolchain),
      ],
      { cwd: source, env: toolchain.environment, stdio: ['ignore', 2, 2] },
    );
    return await passSignalsOn(child);
  } finally {
    clearInterval(heartbeat);
  }
}

/**
 * All checkouts compile into one folder, where the last one's library lies under one name, and cargo
 * would take it for ours. Without it, it links again.
 */
function removeLibrary({ target, profile }: Build): void {
  for (const folder of [profile, join(profile, 'deps')]) {
    rmSync(join(target, folder, libraryName), { force: true });
  }
}

function pruneFinished(folder: string): void {
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith('.node'))
    .map((name) => join(folder, name))
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const path of paths.slice(finishedMax)) {
    rmSync(path.replace(/\.node$/, '.json'), { force: true });
    rmSync(path, { force: true });
  }
}

function recordOf({ digest, profile, toolchain }: Build): Omit<BinaryRecord, 'binary'> {
  return { sources: digest, profile, rust: toolchain.version };
}

async function compile(build: Build, finished: string): Promise<number> {
  if (!existsSync(join(build.target, build.profile)))
    say(
      `Compiling the native engine for the first time, in ${build.target}. ` +
        'This takes up to ten minutes, once.',
    );
  removeLibrary(build);
  const exitCode = await runCargo(build);
  if (exitCode !== 0) {
    say(`cargo build ended with ${String(exitCode)}.`);
    return exitCode;
  }
  if (digestSources(build.source) !== build.digest) {
    say('The sources changed while they were compiled. Build again.');
    return changedMeanwhile;
  }
  const library = join(build.target, build.profile, libraryName);
  if (!existsSync(library)) {
    say(`cargo built ${addonCrate}, but not as a library for Node.js (crate-type cdylib).`);
    return 1;
  }
  installBinary(library, finished, recordOf(build));
  const fault = findLoadFault(finished);
  if (fault === undefined) return 0;
  rmSync(finished);
  say(`The native engine was built, but Node.js ${process.version} does not load it:\n${fault}`);
  return 1;
}

async function buildUnderLock(build: Build): Promise<number> {
  const { digest, profile, toolchain, target } = build;
  const folder = join(target, 'finished');
  const finished = join(folder, `${digest}.${profile}.${toolchain.version}.node`);
  if (readRecord(finished) === undefined) {
    const exitCode = await compile(build, finished);
    if (exitCode !== 0) return exitCode;
  } else {
    utimesSync(finished, new Date(), new Date());
  }
  installBinary(finished, build.binaryPath, recordOf(build));
  pruneFinished(folder);
  return 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      'if-possible': { type: 'boolean', default: false },
      source: { type: 'string', default: nativeFolder },
      out: { type: 'string', default: binaryFolder },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const toolchain = findToolchain();
  if ('reason' in toolchain) {
    process.stdout.write(`${toolchain.reason} The native engine is not built.\n`);
    return values['if-possible'] ? unavailable : 1;
  }
  const profile: Profile = values.quick ? 'quick' : 'release';
  const source = resolve(values.source);
  const digest = digestSources(source);
  const binaryPath = binaryPathIn(resolve(values.out), toPlatformName(toolchain.triple));
  const there = readRecord(binaryPath);
  const anyProfile = values.quick || values['if-possible'];
  if (there?.sources === digest && (anyProfile || there.profile === profile)) {
    process.stdout.write(`The native engine is up to date (${there.profile}).\n`);
    return 0;
  }
  const target = makeTargetFolder();
  const build = { toolchain, profile, source, digest, target, binaryPath };
  const exitCode = await withSetupLock(target, say, () => buildUnderLock(build));
  if (exitCode === 0) process.stdout.write(`Native engine: ${binaryPath}\n`);
  return exitCode;
}

process.exitCode = await main();
