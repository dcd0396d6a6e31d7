/**
 * Builds the guests that examples and tests run. What needs only npm (AssemblyScript, WAT, and what
 * packages build themselves) is made from source; C and Rust guests are committed beside their
 * source and are rebuilt or verified on request.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { isNative, listGuests, listPackageScripts, type GuestSource } from './guest-catalog.ts';
import { compileGuest, GuestCompileError, missingNativePackages } from './guest-toolchains.ts';

const usage = `Usage: node scripts/build-guests.ts [options]

Builds guests from source: example actions, fixtures of tests, and what packages build themselves.
Skips what is newer than its sources.

Options:
  --native         rebuild the C and Rust guests too (Debian's clang, rustc, binaryen)
  --verify-native  only compare the committed C and Rust guests with a fresh build
  --force          rebuild what is up to date too
  --help           show this text

Exit codes: 0 done; 1 a guest does not compile, or differs from its source; 2 wrong usage;
3 a compiler is missing.
`;

const exitCodes = { done: 0, failed: 1, usage: 2, toolchainMissing: 3 } as const;

/** A committed module stays small enough for the repository. */
const committedBytesMax = 150_000;

const root = join(import.meta.dirname, '..');

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) return exitCodes.usage;
  if (options.help) {
    process.stdout.write(usage);
    return exitCodes.done;
  }
  const guests = listGuests(root);
  if (options.native || options['verify-native']) {
    const missing = missingNativePackages();
    if (missing.length > 0) {
      process.stderr.write(
        `guests: the C and Rust guests need Debian packages that are not installed: ${missing.join(' ')}\n` +
          `        apt-get install ${missing.join(' ')}\n`,
      );
      return exitCodes.toolchainMissing;
    }
  }
  if (options['verify-native']) return verify(guests.filter(isNative));
  return build(guests, options);
}

interface Options {
  readonly native: boolean;
  readonly 'verify-native': boolean;
  readonly force: boolean;
  readonly help: boolean;
}

function parseOptions(args: readonly string[]): Options | undefined {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: { native: flag, 'verify-native': flag, force: flag, help: flag },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`guests: ${message}\n\n${usage}`);
    return undefined;
  }
}

async function build(guests: readonly GuestSource[], options: Options): Promise<number> {
  const started = performance.now();
  const wanted = guests.filter((guest) => options.native || !isNative(guest));
  const due = wanted.filter((guest) => options.force || !isUpToDate(guest));
  const failures: string[] = [];
  let compiled = 0;
  for (const guest of due) {
    try {
      write(guest.output, await compileGuest(guest, root));
      compiled++;
    } catch (error) {
      failures.push(describe(guest, error));
    }
  }
  const scripts = listPackageScripts(root);
  for (const script of scripts) {
    const failure = await runScript(script);
    if (failure !== undefined) failures.push(failure);
  }
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const upToDate = String(wanted.length - due.length);
  process.stdout.write(
    `guests: ${String(compiled)} compiled, ${upToDate} up to date, ` +
      `${String(scripts.length)} package scripts, ${String(failures.length)} failed (${seconds} s)\n`,
  );
  return failures.length === 0 ? exitCodes.done : exitCodes.failed;
}

async function verify(guests: readonly GuestSource[]): Promise<number> {
  const failures: string[] = [];
  for (const guest of guests) {
    const shown = relative(root, guest.output);
    try {
      const fresh = await compileGuest(guest, root);
      const committed =
        modified(guest.output) === undefined ? undefined : readFileSync(guest.output);
      if (committed === undefined) failures.push(`${shown} is missing`);
      else if (!committed.equals(fresh))
        failures.push(
          `${shown} (${String(committed.length)} bytes) differs from a fresh build of its source ` +
            `(${String(fresh.length)} bytes); run: node scripts/build-guests.ts --native`,
        );
      else if (committed.length > committedBytesMax)
        failures.push(
          `${shown} has ${String(committed.length)} bytes, more than ${String(committedBytesMax)}`,
        );
    } catch (error) {
      failures.push(describe(guest, error));
    }
  }
  for (const failure of failures) process.stderr.write(`guests: ${failure}\n`);
  process.stdout.write(
    `guests: ${String(guests.length - failures.length)} committed modules verified, ` +
      `${String(failures.length)} failed\n`,
  );
  return failures.length === 0 ? exitCodes.done : exitCodes.failed;
}

function describe(guest: GuestSource, error: unknown): string {
  // Only what compilers say is short enough to be read without a stack.
  if (!(error instanceof GuestCompileError)) throw error;
  return `${relative(root, guest.source)} does not compile:\n${error.message.trimEnd()}`;
}

/** Newer than its sources and than the code that compiles it. */
function isUpToDate(guest: GuestSource): boolean {
  const built = modified(guest.output);
  if (built === undefined) return false;
  const compilers = ['scripts/guest-toolchains.ts', 'package-lock.json'];
  return [...guest.inputs, ...compilers.map((file) => join(root, file))].every(
    (file) => (modified(file) ?? Infinity) < built,
  );
}

function modified(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** By renaming, so that a test beside us never reads half a module. */
function write(file: string, bytes: Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.${String(process.pid)}.partial`;
  writeFileSync(partial, bytes);
  renameSync(partial, file);
}

async function runScript(script: string): Promise<string | undefined> {
  try {
    await promisify(execFile)(process.execPath, [script], { cwd: root });
    return undefined;
  } catch (error) {
    const said =
      error instanceof Error && 'stdout' in error && 'stderr' in error
        ? `${String(error.stdout)}${String(error.stderr)}`.trimEnd()
        : String(error);
    return `${relative(root, script)} failed:\n${said}`;
  }
}
