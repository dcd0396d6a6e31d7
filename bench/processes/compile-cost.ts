// A process of its own: what the engine itself needs to compile a module, and nothing else.
//
//   node compile-cost.ts FILE.wasm TIMES
//
// Prints one line of JSON, times in milliseconds. Each time the bytes are new to the engine.
import { readFileSync } from 'node:fs';
import { asNewArtifact } from '../load/actions.ts';
import { summarize } from '../measuring/summary.ts';

const [file = '', times = ''] = process.argv.slice(2);
const wasm = readFileSync(file);
const durations: number[] = [];
for (let index = 0; index < Number(times); index += 1) {
  const bytes = asNewArtifact(wasm);
  const startedAt = performance.now();
  await WebAssembly.compile(bytes);
  durations.push(performance.now() - startedAt);
}
process.stdout.write(`${JSON.stringify(summarize(durations))}\n`);
