// Runs every test against what is built, and closes with one line of real counts.
//
//   node scripts/run-tests.ts [vitest filters and options]
//
// Unit tests come first: they are quick and say most precisely what broke.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addCounts, noCounts, toCountsLine, type Counts } from './counts.ts';
import { passSignalsOn } from './signals.ts';
import { countReport, type VitestReport } from './vitest-report.ts';

const root = join(import.meta.dirname, '..');
const projects = ['unit', 'integration'];
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

const reports = mkdtempSync(join(tmpdir(), 'wasmwhisk-test-'));
process.once('exit', () => {
  rmSync(reports, { recursive: true, force: true });
});
let total: Counts = noCounts;
for (const project of projects) {
  const reportPath = join(reports, `${project}.json`);
  const exitCode = await runProject(project, reportPath);
  total = addCounts(total, countReport(readReport(reportPath), exitCode));
}
if (total.passed + total.failed === 0) {
  process.stderr.write('No test ran.\n');
  process.exitCode = 1;
}
process.stdout.write(`${toCountsLine(total)}\n`);
if (total.failed > 0) process.exitCode = 1;
