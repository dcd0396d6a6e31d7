// Lets `wasmwhisk serve` live through activations of every kind and failure, and compares its
// memory, descriptors, threads and temporary files at the end with those at the start.
//
//   npm run soak -- [--activities N] [--warm-up N] [--lanes N] [--seed N] [--settle-ms N] [--json] [--help]
import { parseArgs } from 'node:util';
import { isKept } from './soak/bounds.ts';
import { isGood, soak, type SoakReport } from './soak/soak.ts';
import { toVitalsRow, vitalsHeader } from './soak/vitals.ts';

const help = `Usage: npm run soak -- [--activities N] [--warm-up N] [--lanes N] [--seed N]
                              [--settle-ms N] [--json]

Sends mixed activities to a process of its own on loopback and checks every answer.

  --activities N  How many (50000), each one activation or the life of one container
  --warm-up N     How many before the start is taken (3000)
  --lanes N       How many at once (16)
  --seed N        For the order and the values (1)
  --settle-ms N   How long idle threads may take to go at the end (75000)
  --json          JSON on stdout in place of the tables
  --help          This text

Exit codes: 0 all is well, 1 an answer was wrong or something grew, 2 wrong usage.
`;

function toRow(cells: readonly string[]): string {
  return cells.map((cell, column) => cell.padStart(vitalsHeader[column]?.length ?? 0)).join('  ');
}

function toText(report: SoakReport): string {
  const { tallies, bounds, faults, seconds, runsSent, runsEnded } = report;
  const kinds = tallies.map(
    ({ name, done, wrong }) =>
      `${name.padEnd(46)} ${String(done).padStart(6)} ${String(wrong).padStart(6)}`,
  );
  const compared = bounds.map(
    (bound) =>
      `${bound.what.padEnd(16)} ${String(bound.before).padStart(12)} ${String(bound.after).padStart(12)} ` +
      `${String(bound.allowed).padStart(12)}  ${isKept(bound) ? 'kept' : 'EXCEEDED'}`,
  );
  return [
    '',
    `${'kind'.padEnd(46)} ${'done'.padStart(6)} ${'wrong'.padStart(6)}`,
    ...kinds,
    '',
    `${''.padEnd(16)} ${'start'.padStart(12)} ${'end'.padStart(12)} ${'allowed'.padStart(12)}`,
    ...compared,
    '',
    ...faults.map((fault) => `WRONG ${fault}`),
    `${String(runsSent)} runs sent, ${String(runsEnded)} ended; ${seconds.toFixed(1)} s.`,
    isGood(report) ? 'All is well.' : 'FAILED.',
    '',
  ].join('\n');
}

function readWhole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${name} takes a whole number, not "${text}".`);
  return value;
}

function readOptions(): Readonly<
  Record<'activities' | 'warmUp' | 'lanes' | 'seed' | 'settleMs', number>
> & {
  readonly json: boolean;
} {
  const { values } = parseArgs({
    options: {
      activities: { type: 'string', default: '50000' },
      'warm-up': { type: 'string', default: '3000' },
      lanes: { type: 'string', default: '16' },
      seed: { type: 'string', default: '1' },
      'settle-ms': { type: 'string', default: '75000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  return {
    activities: readWhole('activities', values.activities),
    warmUp: readWhole('warm-up', values['warm-up']),
    lanes: readWhole('lanes', values.lanes),
    seed: readWhole('seed', values.seed),
    settleMs: readWhole('settle-ms', values['settle-ms']),
    json: values.json,
  };
}

async function main(): Promise<void> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
    return;
  }
  const { json, ...rest } = options;
  const say = (text: string): void => {
    if (!json) process.stdout.write(`${text}\n`);
  };
  say(toRow(vitalsHeader));
  const report = await soak({
    ...rest,
    onVitals: (activities, seconds, vitals) => {
      say(toRow(toVitalsRow(activities, seconds, vitals)));
    },
  });
  say(toText(report));
  if (json)
    process.stdout.write(`${JSON.stringify({ good: isGood(report), ...report }, undefined, 2)}\n`);
  if (!isGood(report)) process.exitCode = 1;
}

await main();
