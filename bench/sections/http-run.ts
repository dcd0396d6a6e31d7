import { randomUUID } from 'node:crypto';
import { readExample, toInitBody, toRunBody } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import { findLoadDriver, type Load, type LoadResult } from '../load/load-driver.ts';
import { atLeast, atMost, figure, type Figure } from '../measuring/figure.ts';
import { median } from '../measuring/summary.ts';
import { ExecutorProcess, freePort } from '../processes/executor-process.ts';
import { OwnedProcess, waitFor } from '../processes/owned-process.ts';
import { readCpuMs } from '../processes/proc-status.ts';
import type { Section } from './section.ts';

const connectionCounts = [1, 8, 32];
const rounds = 5;
const roundSeconds = 2;
const warmUpSeconds = 3;
const input = '{"param1":5,"param2":4}';
const echoEntry = new URL('../processes/echo-server.ts', import.meta.url);

/** What was seen in one round, and what it cost the server. */
interface Round extends LoadResult {
  /** CPU time of the server for one request, all its threads together, in microseconds. */
  readonly cpuUs: number;
}

interface Target {
  readonly url: string;
  readonly pid: number;
}

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
    const drive = async (target: Target, load: Omit<Load, 'url' | 'body'>): Promise<Round> => {
      const { url, pid } = target;
      const cpuBeforeMs = readCpuMs(pid);
      const result = await driver.drive({ url, body, ...load });
      if (result.failures > 0)
        throw new Error(`${String(result.failures)} requests to ${url} failed`);
      const requests = result.requestsPerSecond * load.seconds;
      return { ...result, cpuUs: ((readCpuMs(pid) - cpuBeforeMs) * 1000) / requests };
    };
    const ours: Target = { url: `${executor.url}${path}/run`, pid: executor.pid };
    for (const target of [echo, ours])
      await drive(target, { connections: 8, seconds: warmUpSeconds });
    const figures: Figure[] = [];
    for (const connections of connectionCounts) {
      const echoed: Round[] = [];
      const run: Round[] = [];
      // In turn, so that what else happens on the machine meets both alike.
      for (let round = 0; round < rounds; round += 1) {
        echoed.push(await drive(echo, { connections, seconds: roundSeconds }));
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
  echoed: readonly Round[],
  run: readonly Round[],
): readonly Figure[] {
  const at = connections === 1 ? '1 connection' : `${String(connections)} connections`;
  const pick = (results: readonly Round[], name: keyof Round): number =>
    median(results.map((result) => result[name]));
  const ours = pick(run, 'requestsPerSecond');
  const theirs = pick(echoed, 'requestsPerSecond');
  const aimed = connections === 8;
  const tail = median(run.map(({ p50, p99 }) => p99 / p50));
  return [
    figure(`${at}: echo`, theirs, 'rps'),
    figure(`${at}: echo, CPU of the server per request`, pick(echoed, 'cpuUs'), 'us'),
    figure(`${at}: echo p50`, pick(echoed, 'p50'), 'ms'),
    figure(`${at}: echo p99`, pick(echoed, 'p99'), 'ms'),
    figure(`${at}: /run`, ours, 'rps'),
    figure(`${at}: /run, CPU of the server per request`, pick(run, 'cpuUs'), 'us'),
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

async function startEcho(): Promise<AsyncDisposable & Target> {
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
  return { url: `${base}/run`, pid: child.pid, [Symbol.asyncDispose]: () => child.end() };
}
