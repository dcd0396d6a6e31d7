// Runs every check there is, goes on after a failure, and closes with the counts of them all.
//
//   node scripts/check.ts [--provision] [--only=title,...]
//
// --provision installs what the machine lacks first (Debian packages; for continuous integration).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addCounts, noCounts, parseCountsLine, toCountsLine, type Counts } from './counts.ts';
import { checkSteps, type CheckStep } from './check-steps.ts';
import { passSignalsOn } from './signals.ts';

const root = join(import.meta.dirname, '..');
/** What a step exits with when it cannot run here; its last line says why. (EX_UNAVAILABLE) */
const unavailable = 69;

interface StepEnd {
  readonly title: string;
  readonly counts: Counts;
  readonly seconds: number;
  readonly remark: string;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A step that closes with a line of counts is counted by it, any other as one. */
function countStep(exitCode: number, lastLine: string): Counts {
  if (exitCode === unavailable) return { ...noCounts, skipped: 1 };
  const counts = parseCountsLine(lastLine);
  if (counts === undefined) return { ...noCounts, [exitCode === 0 ? 'passed' : 'failed']: 1 };
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function runStep(step: CheckStep): Promise<StepEnd> {
  const startMs = performance.now();
  say(`\n=== ${step.title}: ${step.command.join(' ')}`);
  const [file, ...args] = step.command;
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let lastLine = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lastLine = lines.findLast((line) => line.trim() !== '') ?? lastLine;
  });
  let exitCode: number;
  try {
    exitCode = await passSignalsOn(child);
  } catch (error) {
    say(
      `${step.title}: cannot start ${file} (${error instanceof Error ? error.message : 'unknown'}).`,
    );
    exitCode = 1;
  }
  const seconds = (performance.now() - startMs) / 1000;
  const remark = exitCode === unavailable ? lastLine.trim() : '';
  return { title: step.title, counts: countStep(exitCode, lastLine), seconds, remark };
}

const { values } = parseArgs({
  options: { provision: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const only = values.only?.split(',');
const steps = checkSteps.filter(
  (step) => (step.provisions !== true || values.provision) && (only?.includes(step.title) ?? true),
);
const ends: StepEnd[] = [];
for (const step of steps) ends.push(await runStep(step));

say('\n=== Summary');
for (const { title, counts, seconds, remark } of ends) {
  const sign = counts.failed > 0 ? 'FAILED ' : counts.passed > 0 ? 'ok     ' : 'skipped';
  const detail = remark === '' ? toCountsLine(counts) : remark;
  say(`${sign} ${title.padEnd(18)} ${seconds.toFixed(1).padStart(7)} s  ${detail}`);
}
const total = ends.map((end) => end.counts).reduce(addCounts, noCounts);
say(toCountsLine(total));
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
