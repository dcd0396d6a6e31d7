// A process of its own: what the engine itself needs to compile a module, and nothing else.
//
//   node compile-cost.ts RUNTIME FILE.wasm TIMES
//
// Prints one line of JSON, times in milliseconds. Each time the bytes are new to the engine.
import { readFileSync } from 'node:fs';
import { readArtifact } from '@wasmwhisk/artifact';
import { createRuntime } from '@wasmwhisk/runtime-wasmtime';
import { asNewArtifact } from '../load/actions.ts';
import { summarize } from '../measuring/summary.ts';
import { limits } from './run-setup.ts';

const [name = '', file = '', times = ''] = process.argv.slice(2);
const wasm = readFileSync(file);

/** Gives the time of one compilation; what is not the engine's comes before. */
type Compile = (bytes: Buffer<ArrayBuffer>) => Promise<number>;

async function timeOf(compile: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await compile();
  return performance.now() - startedAt;
}

function createCompile(): Compile {
  if (name === 'v8') return (bytes) => timeOf(() => WebAssembly.compile(bytes));
  const runtime = createRuntime();
  return (bytes) => {
    const artifact = readArtifact(bytes);
    return timeOf(() => runtime.precompile(artifact, limits));
  };
}

const compile = createCompile();
const durations: number[] = [];
for (let index = 0; index < Number(times); index += 1)
  durations.push(await compile(asNewArtifact(wasm)));
process.stdout.write(`${JSON.stringify(summarize(durations))}\n`);
