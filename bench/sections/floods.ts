import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toInitBody, toRunBody } from '../load/actions.ts';
import { floodComponent, floodModule, floods, type Flood } from '../load/floods.ts';
import { JsonClient } from '../load/json-client.ts';
import { atMost, figure, type Figure } from '../measuring/figure.ts';
import { ExecutorProcess } from '../processes/executor-process.ts';
import { waitFor } from '../processes/owned-process.ts';
import { findRuntimes } from '../processes/runtimes.ts';
import type { Section } from './section.ts';

/** A flood takes a second or two on a quiet machine; where it takes longer, its deadline ends it. */
const deadlineMs = 30_000;

export const floodsSection: Section = {
  name: 'floods',
  title: 'Longest stall of the event loop while a guest floods it, in processor time',
  measure: async () => {
    const { runtimes, notes } = findRuntimes();
    const figures: Figure[] = [];
    for (const runtime of [...runtimes, 'wasmer', 'jco'] as const) {
      const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-stalls-'));
      try {
        const reportFile = join(folder, 'report');
        await using executor = await ExecutorProcess.start({
          runtime,
          stallReportFile: reportFile,
        });
        for (const flood of floods)
          figures.push(...(await measureFlood(executor, reportFile, runtime, flood)));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    return { notes, figures };
  },
};

async function measureFlood(
  executor: ExecutorProcess,
  reportFile: string,
  runtime: string,
  flood: Flood,
): Promise<readonly Figure[]> {
  await using client = new JsonClient(executor.url, flood.runs + 1);
  const code = await (runtime === 'jco' ? floodComponent : floodModule)(flood);
  const ids = Array.from({ length: flood.runs }, (_, index) => `flood-${String(index)}`);
  for (const id of ids) await client.postOk(`/${id}/init`, toInitBody(code));
  const what = `${runtime}: ${flood.what}`;
  await readStall(executor, reportFile);
  let ended = 0;
  const runs = ids.map(async (id) => {
    const body = toRunBody('{}', {
      namespace: id,
      deadlineEpochMs: Date.now() + deadlineMs,
      activationId: 'flood',
    });
    await client.post(`/${id}/run`, body);
    ended += 1;
  });
  let served = 0;
  while (ended < flood.runs) {
    await client.getOk('/health');
    served += 1;
  }
  await Promise.all(runs);
  const stall = await readStall(executor, reportFile);
  await client.get('/flood-0/logs/flood');
  const fetching = await readStall(executor, reportFile);
  for (const id of ids) await client.postOk(`/${id}/destroy`);
  return [
    figure(what, stall, 'ms', atMost(50)),
    figure('  fetching its log', fetching, 'ms', atMost(50)),
    figure('  requests served meanwhile', served, 'count'),
  ];
}

/** The longest stall since the last time, in milliseconds. */
async function readStall(executor: ExecutorProcess, file: string): Promise<number> {
  const read = (): readonly [number: number, ms: number] => {
    try {
      const [number = 0, ms = 0] = readFileSync(file, 'utf8').split(' ').map(Number);
      return [number, ms];
    } catch {
      return [0, 0];
    }
  };
  const [last] = read();
  executor.process.signal('SIGUSR2');
  await waitFor(() => read()[0] > last, {
    timeoutMs: 60_000,
    everyMs: 2,
    what: 'the executor reports its stalls',
  });
  return read()[1];
}
