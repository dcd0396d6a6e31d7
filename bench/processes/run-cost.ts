// A process of its own: what a run costs without HTTP, on the runtime directly and through the pool.
//
//   node run-cost.ts RUNTIME FILE.wasm INPUT EXPECTED RUNS
//
// Prints one line of JSON. All times in microseconds.
import { readFileSync } from 'node:fs';
import { readArtifact } from '@wasmwhisk/artifact';
import { jsonTextToString } from '@wasmwhisk/json-text';
import { PooledRunner } from '@wasmwhisk/runner';
import type { CreateRuntime, RunOutcome } from '@wasmwhisk/runtime';
import { summarize, type Summary } from '../measuring/summary.ts';
import {
  containerSettings,
  deadline,
  environment,
  limits,
  logs,
  toActivation,
} from './run-setup.ts';

export interface RunCostReport {
  readonly precompile: number;
  /** The runtime in this thread. */
  readonly direct: Summary;
  /** Through worker threads, one run at a time. */
  readonly pooled: Summary;
  /** Through worker threads, eight runs at a time. */
  readonly pooledRunsPerSecond: number;
}

const runtimePackages: Readonly<Record<string, string>> = {
  v8: '@wasmwhisk/runtime-v8',
  wasmer: '@wasmwhisk/runtime-wasmer',
  jco: '@wasmwhisk/runtime-jco',
};

const [name = '', file = '', input = '', expected = '', runsText = ''] = process.argv.slice(2);
const runs = Number(runsText);
const runtimeUrl = import.meta.resolve(runtimePackages[name] ?? '');
const { createRuntime } = (await import(runtimeUrl)) as { readonly createRuntime: CreateRuntime };
await using runtime = createRuntime();
const artifact = readArtifact(readFileSync(file));
const compileStartedAt = performance.now();
const compiled = await runtime.precompile(artifact, limits);
const precompile = (performance.now() - compileStartedAt) * 1000;

function check({ result }: RunOutcome): void {
  const answer = jsonTextToString(result.json);
  if (answer !== expected) throw new Error(`${name} answered ${answer}, expected ${expected}`);
}

async function time(times: number, run: () => Promise<RunOutcome>): Promise<number[]> {
  const durations: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const startedAt = performance.now();
    const outcome = await run();
    durations.push((performance.now() - startedAt) * 1000);
    check(outcome);
  }
  return durations;
}

async function measureDirect(): Promise<Summary> {
  const container = await runtime.initialize(compiled, containerSettings);
  let id = 0;
  const run = (): Promise<RunOutcome> =>
    container.run(toActivation(input, String((id += 1))), new AbortController().signal);
  await time(Math.ceil(runs / 2), run);
  const durations = await time(runs, run);
  await container.destroy();
  return summarize(durations);
}

async function measurePooled(): Promise<Omit<RunCostReport, 'precompile' | 'direct'>> {
  await using runner = new PooledRunner({ runtimes: { [name]: runtimeUrl } });
  const container = await runner.initialize('bench', compiled, containerSettings);
  const run = (): Promise<RunOutcome> =>
    runner.run(
      container,
      {
        activationId: 'bench',
        input,
        environment,
        deadlineEpochMs: deadline(),
        trustUnit: 'bench',
        logBytesMax: 1024,
        logs,
      },
      new AbortController().signal,
    );
  // Each thread warms up on its own.
  const lane = (times: number) => () => time(times, run);
  await Promise.all(Array.from({ length: 8 }, lane(Math.ceil(runs / 8))));
  const pooled = summarize(await time(runs, run));
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 8 }, lane(Math.ceil(runs / 8))));
  const seconds = (performance.now() - startedAt) / 1000;
  return { pooled, pooledRunsPerSecond: (Math.ceil(runs / 8) * 8) / seconds };
}

const direct = await measureDirect();
const report: RunCostReport = { precompile, direct, ...(await measurePooled()) };
process.stdout.write(`${JSON.stringify(report)}\n`);
