// Packs every package as npm would publish it, and holds publint and attw (ESM only) against the archive.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

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

const scratch = mkdtempSync(join(tmpdir(), 'wasmwhisk-pack-'));
process.once('exit', () => {
  rmSync(scratch, { recursive: true, force: true });
});
const folders = globSync('packages/*/package.json', { cwd: root })
  .map((path) => join(root, path, '..'))
  .sort();
let failed = 0;
for (const folder of folders) {
  const faults = checkPackage(folder, scratch);
  if (faults.length > 0) failed += 1;
  process.stdout.write(`${faults.length === 0 ? 'ok' : 'FAILED'} ${basename(folder)}\n`);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
}
process.stdout.write(`${String(folders.length - failed)} passed, ${String(failed)} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
