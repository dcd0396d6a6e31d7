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
import { findRuntimes, type MeasuredRuntime } from '../processes/runtimes.ts';
import type { Section } from './section.ts';

const knownInits = 1000;
const compileEntry = new URL('../processes/compile-cost.ts', import.meta.url);

/** How much longer than compiling an `/init` of new code may take. */
const overheadMax = 1.3;
const names: Readonly<Record<MeasuredRuntime, string>> = { wasmtime: 'Wasmtime', v8: 'V8' };

interface NewModule {
  readonly what: string;
  readonly wasm: Buffer<ArrayBuffer>;
  /** Wasmtime compiles to the end, which takes a hundred times as long. */
  readonly times: Readonly<Record<MeasuredRuntime, number>>;
}

export const init: Section = {
  name: 'init',
  title: '/init over HTTP of an artifact seen before, and of a new one',
  measure: async () => {
    const modules: readonly NewModule[] = [
      {
        what: 'hash (67 KB)',
        wasm: readExample('hash/hash.wasm'),
        times: { wasmtime: 30, v8: 100 },
      },
      {
        what: 'generated module of 4 MB',
        wasm: buildLargeModule(),
        times: { wasmtime: 4, v8: 15 },
      },
    ];
    const { runtimes, notes } = findRuntimes();
    const figures: Figure[] = [];
    for (const runtime of runtimes) figures.push(...(await measureRuntime(runtime, modules)));
    if (runtimes.includes('wasmtime'))
      for (const { what, wasm, times } of modules) {
        const { p50, p99 } = await measureCached(wasm, times.wasmtime);
        figures.push(
          figure(`wasmtime: code in the cache, ${what}, p50`, p50, 'ms'),
          figure(`wasmtime: code in the cache, ${what}, p99`, p99, 'ms'),
        );
      }
    return {
      notes: [
        'V8 compiles lazily: its own time is that of checking the module',
        'code in the cache: a second process, which has not seen it, with the folder of the first',
        ...notes,
      ],
      figures,
    };
  },
};

async function measureRuntime(
  runtime: MeasuredRuntime,
  modules: readonly NewModule[],
): Promise<readonly Figure[]> {
  await using executor = await ExecutorProcess.start({ runtime });
  await using client = new JsonClient(executor.url, 1);
  const known = await measureKnown(client);
  const figures = [
    figure(`${runtime}: known artifact (add), p50`, known.p50, 'ms', atMost(1)),
    figure(`${runtime}: known artifact (add), p99`, known.p99, 'ms'),
  ];
  for (const { what, wasm, times } of modules) {
    const fresh = await measureNew(client, wasm, times[runtime]);
    const engine = await measureEngine(runtime, wasm, times[runtime]);
    figures.push(
      figure(`${runtime}: new artifact, ${what}, p50`, fresh.p50, 'ms'),
      figure(`${runtime}: new artifact, ${what}, p99`, fresh.p99, 'ms'),
      figure(`  ${names[runtime]}'s own compile time, p50`, engine.p50, 'ms'),
      figure('  /init / compile time', fresh.p50 / engine.p50, 'times', atMost(overheadMax)),
    );
  }
  return figures;
}

/** One executor compiles and keeps the code, and the next one finds it. */
async function measureCached(wasm: Uint8Array, times: number): Promise<Summary> {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-bench-cache-'));
  try {
    // One more, which warms the second process up.
    const bodies = Array.from({ length: times + 1 }, () => toInitBody(asNewArtifact(wasm)));
    const settings = { 'runtime.codeCacheFolder': folder };
    const initAll = async (): Promise<readonly number[]> => {
      await using executor = await ExecutorProcess.start({ runtime: 'wasmtime', settings });
      await using client = new JsonClient(executor.url, 1);
      const durations: number[] = [];
      for (const body of bodies) durations.push(await initOnce(client, body));
      return durations;
    };
    await initAll();
    return summarize((await initAll()).slice(1));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

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

async function measureEngine(
  runtime: MeasuredRuntime,
  wasm: Uint8Array,
  times: number,
): Promise<Summary> {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-bench-'));
  try {
    const file = join(folder, 'module.wasm');
    writeFileSync(file, wasm);
    return (await runForJson(compileEntry, [runtime, file, String(times)])) as Summary;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
