import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findExample, readGuest } from '../load/actions.ts';
import { atMost, figure, type Figure } from '../measuring/figure.ts';
import { median } from '../measuring/summary.ts';
import { runForJson } from '../processes/owned-process.ts';
import { findRuntimes } from '../processes/runtimes.ts';
import {
  compileAhead,
  readVersion,
  timeCommand,
  type ProcessTimes,
} from '../processes/wasmtime-command.ts';
import type { Section } from './section.ts';

const rounds = 5;
const entry = new URL('../processes/cpu-run.ts', import.meta.url);

/** What both took in one round, in milliseconds. */
interface Round {
  readonly ours: ProcessTimes;
  /** Less the start of the process. */
  readonly theirs: ProcessTimes;
}

export const cpuBound: Section = {
  name: 'cpu-bound',
  title: 'A guest that computes (the 500,000th prime), beside the `wasmtime` command line',
  measure: async ({ wasmtime: command }) => {
    if (command.type === 'missing') return { notes: [command.note], figures: [] };
    const { runtimes, notes } = findRuntimes();
    if (!runtimes.includes('wasmtime')) return { notes, figures: [] };
    const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-bench-'));
    try {
      const seen = await measureRounds(command.file, folder);
      return {
        notes: [
          `${await readVersion(command.file)}; both compiled ahead; ${String(rounds)} rounds, in turn; medians`,
          'less the start of the command line, which an empty module tells; only the run of ours',
          'the CPU time of ours is that of all threads: it counts the one that watches deadlines',
        ],
        figures: [...compare('CPU time', 'cpuMs', seen, 1.02), ...compare('time', 'wallMs', seen)],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measureRounds(file: string, folder: string): Promise<readonly Round[]> {
  const guest = findExample('prime/prime.wasm');
  const compiled = join(folder, 'prime.cwasm');
  const empty = join(folder, 'nothing.wasm');
  const emptyCompiled = join(folder, 'nothing.cwasm');
  writeFileSync(empty, readGuest('nothing'));
  await compileAhead(file, guest, compiled);
  await compileAhead(file, empty, emptyCompiled);
  const seen: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = await timeCommand(file, emptyCompiled);
    const whole = await timeCommand(file, compiled);
    const ours = (await runForJson(entry, [guest])) as ProcessTimes;
    const theirs = { wallMs: whole.wallMs - start.wallMs, cpuMs: whole.cpuMs - start.cpuMs };
    seen.push({ ours, theirs });
  }
  return seen;
}

function compare(
  what: string,
  name: keyof ProcessTimes,
  seen: readonly Round[],
  ratioMax?: number,
): readonly Figure[] {
  const ratio = median(seen.map(({ ours, theirs }) => ours[name] / theirs[name]));
  return [
    figure(`${what}, command line`, median(seen.map(({ theirs }) => theirs[name])), 'ms'),
    figure(`${what}, ours`, median(seen.map(({ ours }) => ours[name])), 'ms'),
    figure(
      `  ${what}, ours / command line`,
      ratio,
      'times',
      ratioMax === undefined ? undefined : atMost(ratioMax),
    ),
  ];
}
