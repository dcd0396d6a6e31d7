// A process of its own: what a run costs without HTTP on a runtime with threads of its own, called
// from JavaScript through the inline runner, with some runs at once.
//
//   node run-cost-inline.ts FILE.wasm INPUT EXPECTED RUNS AT_ONCE...
//
// Prints one line of JSON, a report for each AT_ONCE. Times in microseconds.
import { readFileSync } from 'node:fs';
import { readArtifact } from '@wasmwhisk/artifact';
import { jsonTextToString } from '@wasmwhisk/json-text';
import { InlineRunner } from '@wasmwhisk/runner';
import { createRuntime } from '@wasmwhisk/runtime-wasmtime';
import { summarize, type Summary } from '../measuring/summary.ts';
import { containerSettings, deadline, environment, limits, logs } from './run-setup.ts';

export interface InlineRunCost {
  readonly atOnce: number;
  /** From the call to the answer. */
  readonly latency: Summary;
  readonly runsPerSecond: number;
  /** CPU time of the process for one run, all its threads together. */
  readonly cpuUs: number;
}

const [file = '', input = '', expected = '', runsText = '', ...atOnceTexts] = process.argv.slice(2);
const runs = Number(runsText);
const runtime = createRuntime();
await using runner = new InlineRunner([runtime]);
const compiled = await runtime.precompile(readArtifact(readFileSync(file)), limits);
const container = await runner.initialize('bench', compiled, containerSettings);

async function runLane(times: number, durations: number[]): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    const startedAt = performance.now();
    const { result } = await runner.run(
      container,
      {
        activationId: 'bench',
        input,
        environment,
        deadlineEpochMs: deadline(),
        trustUnit: 'bench',
        logBytesMax: 1_048_576,
        logs,
      },
      new AbortController().signal,
    );
    durations.push((performance.now() - startedAt) * 1000);
    const answer = jsonTextToString(result.json);
    if (answer !== expected) throw new Error(`wasmtime answered ${answer}, expected ${expected}`);
  }
}

async function measure(atOnce: number): Promise<InlineRunCost> {
  const times = Math.ceil(runs / atOnce);
  const runLanes = async (durations: number[]): Promise<void> => {
    await Promise.all(Array.from({ length: atOnce }, () => runLane(times, durations)));
  };
  await runLanes([]);
  const durations: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await runLanes(durations);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    atOnce,
    latency: summarize(durations),
    runsPerSecond: durations.length / seconds,
    cpuUs: (user + system) / durations.length,
  };
}

const reports: InlineRunCost[] = [];
for (const atOnce of atOnceTexts) reports.push(await measure(Number(atOnce)));
process.stdout.write(`${JSON.stringify(reports)}\n`);
