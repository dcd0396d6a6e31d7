// Packs every package as npm would publish it, and holds publint and attw (ESM only) against the archive.
// The native engine is packed with its platform package, and loaded from there.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { toCountsLine } from './counts.ts';
import {
  packMain,
  packPlatform,
  platformNames,
  readBuilt,
  readPackageManifest,
  unpack,
} from './native/packing.ts';
import { packageFolder } from './native/sources.ts';
import { findToolchain, toPlatformName } from './native/toolchain.ts';

const root = join(import.meta.dirname, '..');

interface CommandEnd {
  readonly ok: boolean;
  readonly output: string;
}

function run(file: string, args: readonly string[], cwd: string): CommandEnd {
  const end = spawnSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const output = end.error === undefined ? `${end.stdout}${end.stderr}` : end.error.message;
  return { ok: end.status === 0, output };
}

/** @returns What is wrong with the package, tool by tool; empty when nothing is. */
function checkPackage(folder: string, scratch: string): readonly string[] {
  const packed = run('npm', ['pack', '--silent', '--pack-destination', scratch], folder);
  const archive = packed.output.trim();
  if (!packed.ok) return [`npm pack: ${packed.output}`];
  const path = join(scratch, archive);
  const checks = [
    { tool: 'publint', end: run('publint', ['run', path, '--strict'], root) },
    { tool: 'attw', end: run('attw', ['--profile', 'esm-only', '--no-emoji', path], root) },
  ];
  return checks.filter(({ end }) => !end.ok).map(({ tool, end }) => `${tool}:\n${end.output}`);
}

/** Puts packages of this checkout where an installed one finds them. */
function linkDependencies(names: readonly string[], scope: string): void {
  for (const name of names) symlinkSync(join(root, 'packages', name), join(scope, name));
}

/**
 * Packs the native engine, installs it as npm would, and loads it.
 *
 * @returns What is wrong; or why it cannot be said here.
 */
function checkPlatform(
  platformName: string,
  scratch: string,
): { readonly faults: readonly string[] } | { readonly skipped: string } {
  const toolchain = findToolchain();
  if ('reason' in toolchain) return { skipped: toolchain.reason };
  const name = toPlatformName(toolchain.triple);
  if (name !== platformName) return { skipped: `This is ${name}.` };
  const built = readBuilt(platformName);
  if (built === undefined) return { skipped: 'It is not built; see `npm run build:native`.' };
  const scope = join(scratch, 'node_modules', '@wasmwhisk');
  const main = join(scope, 'runtime-wasmtime');
  mkdirSync(scope, { recursive: true });
  unpack(packMain(scratch), main);
  unpack(packPlatform(platformName, built.path, toolchain, scratch), `${main}-${platformName}`);
  linkDependencies(['artifact', 'json-text', 'runtime'], scope);
  const script = `import { loadAddon } from '${join(main, 'dist', 'load-addon.js')}';
    process.stdout.write(loadAddon({ path: undefined }).path);`;
  const loaded = run(process.execPath, ['--input-type=module', '--eval', script], scratch);
  const faults = [
    { tool: 'publint', end: run('publint', ['run', `${main}-${platformName}`, '--strict'], root) },
    { tool: 'load', end: loaded },
  ].flatMap(({ tool, end }) => (end.ok ? [] : [`${tool}:\n${end.output}`]));
  const expected = join(
    `${main}-${platformName}`,
    readPackageManifest(`${main}-${platformName}`).main ?? '',
  );
  if (loaded.ok && loaded.output !== expected)
    faults.push(`load: took ${loaded.output} and not ${expected}`);
  return { faults };
}

function tryPlatform(platformName: string, scratch: string): ReturnType<typeof checkPlatform> {
  try {
    return checkPlatform(platformName, scratch);
  } catch (error) {
    return { faults: [error instanceof Error ? error.message : String(error)] };
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'wasmwhisk-pack-'));
process.once('exit', () => {
  rmSync(scratch, { recursive: true, force: true });
});
const folders = globSync('packages/*/package.json', { cwd: root })
  .map((path) => join(root, path, '..'))
  .sort();
const ends = [
  ...folders.map((folder) => ({ name: basename(folder), faults: checkPackage(folder, scratch) })),
  ...platformNames.map((name) => ({
    name: `${basename(packageFolder)}-${name}`,
    ...tryPlatform(name, scratch),
  })),
];
let [passed, failed, skipped] = [0, 0, 0];
for (const end of ends) {
  if ('skipped' in end) {
    skipped += 1;
    process.stdout.write(`skipped ${end.name}: ${end.skipped}\n`);
    continue;
  }
  if (end.faults.length === 0) passed += 1;
  else failed += 1;
  process.stdout.write(`${end.faults.length === 0 ? 'ok' : 'FAILED'} ${end.name}\n`);
  for (const fault of end.faults) process.stdout.write(`${fault}\n`);
}
process.stdout.write(`${toCountsLine({ passed, failed, skipped })}\n`);
process.exitCode = failed === 0 ? 0 : 1;
