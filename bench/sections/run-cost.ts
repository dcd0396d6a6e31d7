import { atMost, figure, type Figure } from '../measuring/figure.ts';
import { findExample } from '../load/actions.ts';
import { findNativeRunCost, readNativeRunCost } from '../processes/native-run-cost.ts';
import { runForJson } from '../processes/owned-process.ts';
import type { InlineRunCost } from '../processes/run-cost-inline.ts';
import type { RunCostReport } from '../processes/run-cost.ts';
import { findRuntimes } from '../processes/runtimes.ts';
import type { Section, SectionFigures } from './section.ts';

interface Candidate {
  readonly runtime: string;
  readonly action: string;
  readonly runs: number;
  /** The design's aims for one run on one thread; the tail as a multiple of the middle. */
  readonly aims?: { readonly p50: number; readonly tail: number };
}

/** Runtimes on the thread that calls. */
const candidates: readonly Candidate[] = [
  { runtime: 'v8', action: 'add/build/add.wasm', runs: 10_000, aims: { p50: 60, tail: 4 } },
  { runtime: 'wasmer', action: 'add/build/add.wasm', runs: 2000 },
  { runtime: 'jco', action: 'add-component/add.wasm', runs: 2000 },
];
const nativeP50Max = 15;
const nativeRuns = 20_000;
const inlineRuns = 20_000;
const atOnce = [1, 8, 32];
const input = '{"param1":5,"param2":4}';
const expected = '{"result":9}';
const addFile = findExample('add/build/add.wasm');
const entry = new URL('../processes/run-cost.ts', import.meta.url);
const inlineEntry = new URL('../processes/run-cost-inline.ts', import.meta.url);

export const runCost: Section = {
  name: 'run-cost',
  title: 'One warm run without HTTP: fresh instance, input, output',
  measure: async () => {
    const parts = [await measureNative(), await measureInline()];
    for (const candidate of candidates) parts.push(await measureCandidate(candidate));
    return {
      notes: [
        'add on wasmtime, v8 and wasmer, add-component on jco',
        ...parts.flatMap(({ notes = [] }) => notes),
      ],
      figures: parts.flatMap(({ figures }) => figures),
    };
  },
};

/** Wasmtime on one thread, without JavaScript. */
async function measureNative(): Promise<SectionFigures> {
  const found = findNativeRunCost();
  if (found.type === 'missing') return { notes: [found.note], figures: [] };
  const report = await readNativeRunCost(found.file, {
    wasm: addFile,
    guestInterface: 'buffer',
    entry: '_start',
    input,
    runs: nativeRuns,
  });
  const what = 'wasmtime without JavaScript, one thread';
  return {
    notes: [`${what}: ${found.profile} build of ${found.builtAt}`],
    figures: [
      figure(`${what}, p50`, report.p50, 'us', atMost(nativeP50Max)),
      figure(`${what}, p99`, report.p99, 'us'),
      figure(`${what}, p99 / p50`, report.p99 / report.p50, 'times'),
    ],
  };
}

/** Wasmtime as the executor calls it: from the main thread, on threads of its own. */
async function measureInline(): Promise<SectionFigures> {
  const { runtimes, notes } = findRuntimes();
  if (!runtimes.includes('wasmtime')) return { notes, figures: [] };
  const reports = (await runForJson(inlineEntry, [
    addFile,
    input,
    expected,
    String(inlineRuns),
    ...atOnce.map(String),
  ])) as readonly InlineRunCost[];
  return {
    figures: reports.flatMap(({ atOnce: runs, latency, runsPerSecond, cpuUs }) => {
      const what = `wasmtime from JavaScript, ${String(runs)} at once`;
      return [
        figure(`${what}, p50`, latency.p50, 'us'),
        figure(`${what}, p99`, latency.p99, 'us'),
        figure(what, runsPerSecond, 'rps'),
        figure(`${what}, CPU of the process per run`, cpuUs, 'us'),
      ];
    }),
  };
}

async function measureCandidate(candidate: Candidate): Promise<SectionFigures> {
  const { runtime, action, runs, aims } = candidate;
  const args = [runtime, findExample(action), input, expected, String(runs)];
  const report = (await runForJson(entry, args)) as RunCostReport;
  const { direct, pooled, pooledRunsPerSecond } = report;
  const tail = direct.p99 / direct.p50;
  const figures: readonly Figure[] = [
    figure(`${runtime}, one thread, p50`, direct.p50, 'us', aims && atMost(aims.p50)),
    figure(`${runtime}, one thread, p99`, direct.p99, 'us'),
    figure(`${runtime}, one thread, p99 / p50`, tail, 'times', aims && atMost(aims.tail)),
    figure(`${runtime}, worker threads, p50`, pooled.p50, 'us'),
    figure(`${runtime}, worker threads, p99`, pooled.p99, 'us'),
    figure(`${runtime}, worker threads, 8 at once`, pooledRunsPerSecond, 'rps'),
  ];
  return { figures };
}
