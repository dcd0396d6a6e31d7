import { join } from 'node:path';
import { atMost, figure, type Figure } from '../measuring/figure.ts';
import { runForJson } from '../processes/owned-process.ts';
import type { RunCostReport } from '../processes/run-cost.ts';
import type { Section } from './section.ts';

interface Candidate {
  readonly runtime: string;
  readonly action: string;
  readonly runs: number;
  /** The design's aims for one run on one thread; the tail as a multiple of the middle. */
  readonly aims?: { readonly p50: number; readonly tail: number };
}

const candidates: readonly Candidate[] = [
  { runtime: 'v8', action: 'add/build/add.wasm', runs: 10_000, aims: { p50: 60, tail: 4 } },
  { runtime: 'wasmer', action: 'add/build/add.wasm', runs: 2000 },
  { runtime: 'jco', action: 'add-component/add.wasm', runs: 2000 },
];
const input = '{"param1":5,"param2":4}';
const expected = '{"result":9}';
const examples = join(import.meta.dirname, '../../examples/actions');
const entry = new URL('../processes/run-cost.ts', import.meta.url);

export const runCost: Section = {
  name: 'run-cost',
  title: 'One warm run without HTTP: fresh instance, input, output',
  measure: async () => {
    const figures: Figure[] = [];
    for (const { runtime, action, runs, aims } of candidates) {
      const report = (await runForJson(entry, [
        runtime,
        join(examples, action),
        input,
        expected,
        String(runs),
      ])) as RunCostReport;
      const { direct, pooled, pooledRunsPerSecond } = report;
      const tail = direct.p99 / direct.p50;
      figures.push(
        figure(`${runtime}, one thread, p50`, direct.p50, 'us', aims && atMost(aims.p50)),
        figure(`${runtime}, one thread, p99`, direct.p99, 'us'),
        figure(`${runtime}, one thread, p99 / p50`, tail, 'times', aims && atMost(aims.tail)),
        figure(`${runtime}, worker threads, p50`, pooled.p50, 'us'),
        figure(`${runtime}, worker threads, p99`, pooled.p99, 'us'),
        figure(`${runtime}, worker threads, 8 at once`, pooledRunsPerSecond, 'rps'),
      );
    }
    return { notes: ['add on v8 and wasmer, add-component on jco'], figures };
  },
};
