// Runs every test against what is built, and closes with one line of real counts.
//
//   node scripts/run-tests.ts [vitest filters and options]
//
// The native engine is built first where the toolchain for it is there. Unit tests come before the others:
// they are quick and say most precisely what broke.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addCounts, noCounts, toCountsLine, type Counts } from './counts.ts';
import { passSignalsOn } from './signals.ts';
import { countReport, type VitestReport } from './vitest-report.ts';

const root = join(import.meta.dirname, '..');
const projects = ['unit', 'integration'];
/** What a build exits with that cannot run here. (EX_UNAVAILABLE) */
const unavailable = 69;
const passedThrough = process.argv.slice(2);

function readReport(path: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
  } catch {
    // Vitest did not come so far as to write it; its exit code and its own output tell why.
    return undefined;
  }
}

async function runProject(project: string, reportPath: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...['--project', project],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`],
      // With a filter it is no fault that one of the projects has nothing that fits.
      ...(passedThrough.length > 0 ? ['--passWithNoTests', ...passedThrough] : []),
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return passSignalsOn(child);
}

/**
 * Builds the native engine where that is possible.
 *
 * @returns How it went, and why it was left out if it was.
 */
async function buildNative(): Promise<{ readonly counts: Counts; readonly skipped?: string }> {
  const child = spawn(
    process.execPath,
    [join(root, 'scripts', 'build-native.ts'), '--if-possible'],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    output += text;
  });
  const exitCode = await passSignalsOn(child);
  if (exitCode === unavailable) return { counts: noCounts, skipped: output.trim() };
  return { counts: { ...noCounts, failed: exitCode === 0 ? 0 : 1 } };
}

const reports = mkdtempSync(join(tmpdir(), 'wasmwhisk-test-'));
process.once('exit', () => {
  rmSync(reports, { recursive: true, force: true });
});
const native = await buildNative();
let total: Counts = native.counts;
for (const project of projects) {
  const reportPath = join(reports, `${project}.json`);
  const exitCode = await runProject(project, reportPath);
  total = addCounts(total, countReport(readReport(reportPath), exitCode));
}
// Said again, where it is read.
if (native.skipped !== undefined) process.stdout.write(`${native.skipped}\n`);
if (native.counts.failed > 0) process.stdout.write('The native engine could not be built.\n');
if (total.passed + total.failed === 0) {
  process.stderr.write('No test ran.\n');
  process.exitCode = 1;
}
process.stdout.write(`${toCountsLine(total)}\n`);
if (total.failed > 0) process.exitCode = 1;
