/**
 * What a warm run costs without HTTP: a fresh instance, WASI, input, output.
 *
 *     tsc -b packages/runtime-v8 && node packages/runtime-v8/bench/run.ts [runs] [file.wasm input]
 */
import { readFile } from 'node:fs/promises';
import { readArtifact } from '@wasmwhisk/artifact';
import type { Activation } from '@wasmwhisk/runtime';
import { createRuntime } from '@wasmwhisk/runtime-v8';
import { benchGuests } from './guests.ts';

const [runsText = '20000', file, fileInput = '{}'] = process.argv.slice(2);
const runs = Number(runsText);
const limits = { memoryBytes: 256 * 1024 * 1024, tableElements: 100_000, resultBytes: 1024 * 1024 };
const environment = Array.from(
  { length: 8 },
  (_, index) => [`__OW_NAME_${String(index)}`, 'value'] as const,
);

const guests =
  file === undefined
    ? await benchGuests()
    : [{ name: file, bytes: Uint8Array.from(await readFile(file)), input: fileInput }];

const runtime = createRuntime();
for (const { name, bytes, input } of guests) {
  const compiled = await runtime.precompile(readArtifact(bytes), limits);
  const container = await runtime.initialize(compiled, {
    entry: undefined,
    limits,
    directories: [],
    http: { type: 'denied', reason: '' },
  });
  const signal = new AbortController().signal;
  const activation: Activation = {
    id: 'bench',
    input,
    environment,
    deadlineEpochMs: Date.now() + 60_000,
    trustUnit: 'someone',
    logBytesMax: 1_048_576,
    logs: { write: () => undefined },
  };
  for (let run = 0; run < 2_000; run += 1) await container.run(activation, signal);
  const times = new Float64Array(runs);
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    await container.run(activation, signal);
    times[run] = (performance.now() - start) * 1000;
    // As in a worker thread, where every run comes with a message.
    if (run % 64 === 0) await new Promise(setImmediate);
  }
  times.sort();
  const at = (part: number): string => (times[Math.floor(part * (runs - 1))] ?? NaN).toFixed(1);
  process.stdout.write(
    `${name.padEnd(24)} p50 ${at(0.5)} us   p90 ${at(0.9)} us   p99 ${at(0.99)} us   max ${at(1)} us\n`,
  );
}
await runtime.close();
