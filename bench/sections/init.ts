import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asNewArtifact, readExample, toInitBody } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import { buildLargeModule } from '../load/large-module.ts';
import { atMost, figure, type Figure } from '../measuring/figure.ts';
import { summarize, type Summary } from '../measuring/summary.ts';
import { ExecutorProcess } from '../processes/executor-process.ts';
import { runForJson } from '../processes/owned-process.ts';
import type { Section } from './section.ts';

const knownInits = 1000;
const compileEntry = new URL('../processes/compile-cost.ts', import.meta.url);

export const init: Section = {
  name: 'init',
  title: '/init over HTTP of an artifact seen before, and of a new one',
  measure: async () => {
    await using executor = await ExecutorProcess.start();
    await using client = new JsonClient(executor.url, 1);
    const known = await measureKnown(client);
    const figures: Figure[] = [
      figure('known artifact (add), p50', known.p50, 'ms', atMost(1)),
      figure('known artifact (add), p99', known.p99, 'ms'),
    ];
    const modules = [
      { name: 'hash (67 KB)', wasm: readExample('hash/hash.wasm'), times: 100 },
      { name: 'generated module of 4 MB', wasm: buildLargeModule(), times: 15 },
    ];
    for (const { name, wasm, times } of modules) {
      const fresh = await measureNew(client, wasm, times);
      const engine = await measureEngine(wasm, times);
      figures.push(
        figure(`new artifact, ${name}, p50`, fresh.p50, 'ms'),
        figure(`new artifact, ${name}, p99`, fresh.p99, 'ms'),
        figure(`  V8's own compile time, p50`, engine.p50, 'ms'),
        figure(`  /init / compile time`, fresh.p50 / engine.p50, 'times', atMost(1.3)),
      );
    }
    return { notes: ['V8 compiles lazily: its own time is that of checking the module'], figures };
  },
};

let nextContainer = 0;

/** Time of one `/init`, in milliseconds. The container goes again. */
async function initOnce(client: JsonClient, body: string): Promise<number> {
  const path = `/init-${String((nextContainer += 1))}`;
  const { ms } = await client.postOk(`${path}/init`, body);
  await client.postOk(`${path}/destroy`);
  return ms;
}

async function measureKnown(client: JsonClient): Promise<Summary> {
  const body = toInitBody(readExample('add/build/add.wasm'));
  const durations: number[] = [];
  for (let index = 0; index < knownInits * 1.5; index += 1)
    durations.push(await initOnce(client, body));
  return summarize(durations.slice(-knownInits));
}

async function measureNew(client: JsonClient, wasm: Uint8Array, times: number): Promise<Summary> {
  const durations: number[] = [];
  const warmUp = Math.ceil(times / 5);
  for (let index = 0; index < times + warmUp; index += 1)
    durations.push(await initOnce(client, toInitBody(asNewArtifact(wasm))));
  return summarize(durations.slice(warmUp));
}

async function measureEngine(wasm: Uint8Array, times: number): Promise<Summary> {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-bench-'));
  try {
    const file = join(folder, 'module.wasm');
    writeFileSync(file, wasm);
    return (await runForJson(compileEntry, [file, String(times)])) as Summary;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
