import { readExample, toInitBody, toRunBody } from '../load/actions.ts';
import { JsonClient, type Answer } from '../load/json-client.ts';
import { atMost, figure, type Figure } from '../measuring/figure.ts';
import { summarize } from '../measuring/summary.ts';
import { ExecutorProcess } from '../processes/executor-process.ts';
import { readProcStatus, readRssBytes } from '../processes/proc-status.ts';
import { findRuntimes, type MeasuredRuntime } from '../processes/runtimes.ts';
import type { Section } from './section.ts';

const guests = 1000;
const waitMs = 300;
const quietRuns = 500;

/** Most resident memory of the executor with all of them, in MB. */
const memoryAims: Readonly<Record<MeasuredRuntime, number>> = { wasmtime: 200, v8: 150 };

export const waiting: Section = {
  name: 'waiting',
  title: `${String(guests)} guests that wait ${String(waitMs)} ms at once (net, one namespace)`,
  measure: async () => {
    const { runtimes, notes } = findRuntimes();
    const figures: Figure[] = [];
    for (const runtime of runtimes) figures.push(...(await measureWaiting(runtime)));
    return {
      notes: [
        'the driver opens and answers 1,000 connections on the same processors meanwhile',
        ...notes,
      ],
      figures,
    };
  },
};

async function measureWaiting(runtime: MeasuredRuntime): Promise<readonly Figure[]> {
  await using executor = await ExecutorProcess.start({ runtime });
  await using sleepers = new JsonClient(executor.url, guests);
  await using others = new JsonClient(executor.url, 1);
  await sleepers.postOk('/net/init', toInitBody(readExample('net/net.wasm')));
  await others.postOk('/add/init', toInitBody(readExample('add/build/add.wasm')));
  await runShort(others, (answered) => answered < quietRuns);
  const quiet = await runShort(others, (answered) => answered < quietRuns);
  // Opens the connections and warms the guest, so that the second crowd shows the waiting alone.
  await runCrowd(sleepers);
  let crowded = true;
  let peakBytes = readRssBytes(executor.pid);
  let threads = 0;
  const sampler = setInterval(() => {
    peakBytes = Math.max(peakBytes, readRssBytes(executor.pid));
    threads = Math.max(threads, readProcStatus(executor.pid).threads);
  }, 10);
  const startedAt = performance.now();
  const crowd = runCrowd(sleepers).finally(() => {
    crowded = false;
  });
  const meanwhile = await runShort(others, () => crowded);
  await crowd;
  const wallMs = performance.now() - startedAt;
  clearInterval(sampler);
  const memoryMax = atMost(memoryAims[runtime]);
  const short = `${runtime}: /run of add in another namespace`;
  return [
    figure(`${runtime}: all answered after`, wallMs, 'ms'),
    figure(`${runtime}: RSS of the executor, peak`, peakBytes / 1e6, 'MB', memoryMax),
    figure(`${runtime}: threads of the executor, peak`, threads, 'count'),
    figure(`${short}, quiet, p50`, quiet.p50, 'ms'),
    figure(`${short}, meanwhile, p50`, meanwhile.p50, 'ms'),
    figure(`${short}, meanwhile, p99`, meanwhile.p99, 'ms'),
    figure('  how many were answered meanwhile', meanwhile.count, 'count'),
  ];
}

async function runCrowd(client: JsonClient): Promise<void> {
  const body = toRunBody(`{"wait_ms":${String(waitMs)}}`, { namespace: 'sleepers' });
  const answers = await Promise.all(
    Array.from({ length: guests }, () => client.postOk('/net/run', body)),
  );
  for (const { body: answer } of answers) {
    const waited = /^\{"request_time":(\d+)\}$/.exec(answer)?.[1];
    if (Number(waited) < waitMs) throw new Error(`net answered ${answer}`);
  }
}

async function runShort(
  client: JsonClient,
  goesOn: (answered: number) => boolean,
): Promise<ReturnType<typeof summarize>> {
  const body = toRunBody('{"param1":5,"param2":4}', { namespace: 'others' });
  const answers: Answer[] = [];
  do answers.push(await client.postOk('/add/run', body));
  while (goesOn(answers.length));
  return summarize(answers.map(({ ms }) => ms));
}
