// A process of its own: what one run takes of a guest that only computes, on Wasmtime inside Node.js.
//
//   node cpu-run.ts FILE.wasm
//
// Prints one line of JSON, times in milliseconds: of the run alone, without compiling and linking. The
// CPU time is that of all threads, so what watches over the guest counts too.
import { readFileSync } from 'node:fs';
import { readArtifact } from '@wasmwhisk/artifact';
import { createRuntime } from '@wasmwhisk/runtime-wasmtime';
import { containerSettings, limits, toActivation } from './run-setup.ts';
import type { ProcessTimes } from './wasmtime-command.ts';

await using runtime = createRuntime();
const artifact = readArtifact(readFileSync(process.argv[2] ?? ''));
const compiled = await runtime.precompile(artifact, limits);
const container = await runtime.initialize(compiled, containerSettings);
const { signal } = new AbortController();
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
await container.run(toActivation('{}', 'bench'), signal);
const { user, system } = process.cpuUsage(cpuBefore);
const times: ProcessTimes = {
  wallMs: performance.now() - startedAt,
  cpuMs: (user + system) / 1000,
};
process.stdout.write(`${JSON.stringify(times)}\n`);
