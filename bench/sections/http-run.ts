import { randomUUID } from 'node:crypto';
import { readExample, toInitBody, toRunBody } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import { findLoadDriver, type Load, type LoadResult } from '../load/load-driver.ts';
import { atLeast, atMost, figure, type Figure } from '../measuring/figure.ts';
import { median } from '../measuring/summary.ts';
import { ExecutorProcess, freePort } from '../processes/executor-process.ts';
import { OwnedProcess, waitFor } from '../processes/owned-process.ts';
import type { Section } from './section.ts';

const connectionCounts = [1, 8, 32];
const rounds = 5;
const roundSeconds = 2;
const warmUpSeconds = 3;
const input = '{"param1":5,"param2":4}';
const echoEntry = new URL('../processes/echo-server.ts', import.meta.url);

export const httpRun: Section = {
  name: 'http-run',
  title: '/run of add on v8 over HTTP, beside a Fastify server that only echoes `value`',
  measure: async () => {
    const driver = findLoadDriver();
    await using executor = await ExecutorProcess.start();
    await using echo = await startEcho();
    const path = `/${randomUUID()}`;
    await initialize(executor.url, path);
    const body = toRunBody(input);
    const drive = async (url: string, load: Omit<Load, 'url' | 'body'>): Promise<LoadResult> => {
      const result = await driver.drive({ url, body, ...load });
      if (result.failures > 0)
        throw new Error(`${String(result.failures)} requests to ${url} failed`);
      return result;
    };
    const ours = `${executor.url}${path}/run`;
    for (const url of [echo.url, ours])
      await drive(url, { connections: 8, seconds: warmUpSeconds });
    const figures: Figure[] = [];
    for (const connections of connectionCounts) {
      const echoed: LoadResult[] = [];
      const run: LoadResult[] = [];
      // In turn, so that what else happens on the machine meets both alike.
      for (let round = 0; round < rounds; round += 1) {
        echoed.push(await drive(echo.url, { connections, seconds: roundSeconds }));
        run.push(await drive(ours, { connections, seconds: roundSeconds }));
      }
      figures.push(...compare(connections, echoed, run));
    }
    return {
      notes: [
        `driver ${driver.name}; ${String(rounds)} rounds of ${String(roundSeconds)} s each, in turn; medians`,
      ],
      figures,
    };
  },
};

function compare(
  connections: number,
  echoed: readonly LoadResult[],
  run: readonly LoadResult[],
): readonly Figure[] {
  const at = `${String(connections)} connections`;
  const pick = (results: readonly LoadResult[], name: keyof LoadResult): number =>
    median(results.map((result) => result[name]));
  const ours = pick(run, 'requestsPerSecond');
  const theirs = pick(echoed, 'requestsPerSecond');
  const aimed = connections === 8;
  const tail = median(run.map(({ p50, p99 }) => p99 / p50));
  return [
    figure(`${at}: echo`, theirs, 'rps'),
    figure(`${at}: echo p50`, pick(echoed, 'p50'), 'ms'),
    figure(`${at}: echo p99`, pick(echoed, 'p99'), 'ms'),
    figure(`${at}: /run`, ours, 'rps'),
    figure(`${at}: /run p50`, pick(run, 'p50'), 'ms'),
    figure(`${at}: /run p99`, pick(run, 'p99'), 'ms'),
    figure(`${at}: /run of echo`, (ours / theirs) * 100, '%', aimed ? atLeast(30) : undefined),
    figure(`${at}: /run p99 / p50`, tail, 'times', aimed ? atMost(6) : undefined),
  ];
}

async function initialize(url: string, path: string): Promise<void> {
  await using client = new JsonClient(url, 1);
  await client.postOk(`${path}/init`, toInitBody(readExample('add/build/add.wasm')));
  const { body } = await client.postOk(`${path}/run`, toRunBody(input));
  if (body !== '{"result":9}') throw new Error(`add answered ${body}`);
}

async function startEcho(): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort();
  const base = `http://127.0.0.1:${String(port)}`;
  const child = new OwnedProcess(process.execPath, [echoEntry.pathname, String(port)]);
  await using client = new JsonClient(base, 1);
  await waitFor(
    async () => {
      if (child.exitCode !== undefined) throw new Error(`the echo server ended: ${child.errors}`);
      try {
        return (await client.get('/health')).status === 200;
      } catch {
        return false;
      }
    },
    { timeoutMs: 10_000, everyMs: 10, what: 'the echo server listens' },
  );
  return { url: `${base}/run`, [Symbol.asyncDispose]: () => child.end() };
}
