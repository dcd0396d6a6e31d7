import { readExample, toInitBody, toRunBody } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import { findLoadDriver } from '../load/load-driver.ts';
import { driveInTurn, driveRound, pickMedian, type Round, type Target } from '../load/rounds.ts';
import { atLeast, atMost, figure, type Figure } from '../measuring/figure.ts';
import { median } from '../measuring/summary.ts';
import { ExecutorProcess, freePort } from '../processes/executor-process.ts';
import { OwnedProcess, waitFor } from '../processes/owned-process.ts';
import { findRuntimes, type MeasuredRuntime } from '../processes/runtimes.ts';
import type { Section } from './section.ts';

const connectionCounts = [1, 8, 32];
const rounds = 5;
const roundSeconds = 2;
const warmUpSeconds = 3;
const input = '{"param1":5,"param2":4}';
const echoEntry = new URL('../processes/echo-server.ts', import.meta.url);
/** What `/run` at 8 connections has to reach of the echo server, in percent. */
const shareAims: Readonly<Record<MeasuredRuntime, number>> = { wasmtime: 75, v8: 30 };
const tailMax = 6;

export const httpRun: Section = {
  name: 'http-run',
  title: '/run of add over HTTP, beside a Fastify server that only echoes `value`',
  measure: async () => {
    const driver = findLoadDriver();
    const { runtimes, notes } = findRuntimes();
    await using servers = new AsyncDisposableStack();
    const body = toRunBody(input);
    const echo = { ...(await startEcho(servers)), body };
    const executors = new Map<MeasuredRuntime, Target>();
    for (const runtime of runtimes)
      executors.set(runtime, { ...(await startExecutor(servers, runtime)), body });
    const targets = [echo, ...executors.values()];
    for (const target of targets)
      await driveRound(driver, target, { connections: 8, seconds: warmUpSeconds });
    const figures: Figure[] = [];
    for (const connections of connectionCounts) {
      const plan = { connections, rounds, seconds: roundSeconds };
      const seen = await driveInTurn(driver, targets, plan);
      const at = connections === 1 ? '1 connection' : `${String(connections)} connections`;
      const echoed = seen.get(echo) ?? [];
      figures.push(...describe(`${at}: echo`, echoed));
      for (const [runtime, target] of executors) {
        const aims = connections === 8 ? { share: shareAims[runtime], tail: tailMax } : undefined;
        const run = seen.get(target) ?? [];
        const what = `${at}: ${runtime}`;
        figures.push(...describe(what, run), ...compare(what, run, echoed, aims));
      }
    }
    return {
      notes: [
        `driver ${driver.name}; ${String(rounds)} rounds of ${String(roundSeconds)} s each, in turn; medians`,
        ...notes,
      ],
      figures,
    };
  },
};

function describe(what: string, rounds: readonly Round[]): readonly Figure[] {
  return [
    figure(what, pickMedian(rounds, 'requestsPerSecond'), 'rps'),
    figure(`${what}, CPU of the server per request`, pickMedian(rounds, 'cpuUs'), 'us'),
    figure(`${what}, p50`, pickMedian(rounds, 'p50'), 'ms'),
    figure(`${what}, p99`, pickMedian(rounds, 'p99'), 'ms'),
  ];
}

interface Aims {
  readonly share: number;
  readonly tail: number;
}

function compare(
  what: string,
  run: readonly Round[],
  echoed: readonly Round[],
  aims: Aims | undefined,
): readonly Figure[] {
  const ours = pickMedian(run, 'requestsPerSecond');
  const theirs = pickMedian(echoed, 'requestsPerSecond');
  const tail = median(run.map(({ p50, p99 }) => p99 / p50));
  return [
    figure(`${what}, of echo`, (ours / theirs) * 100, '%', aims && atLeast(aims.share)),
    figure(`${what}, p99 / p50`, tail, 'times', aims && atMost(aims.tail)),
  ];
}

async function startExecutor(
  servers: AsyncDisposableStack,
  runtime: MeasuredRuntime,
): Promise<Omit<Target, 'body'>> {
  const { url, pid } = servers.use(await ExecutorProcess.start({ runtime }));
  await using client = new JsonClient(url, 1);
  await client.postOk('/add/init', toInitBody(readExample('add/build/add.wasm')));
  const { body } = await client.postOk('/add/run', toRunBody(input));
  if (body !== '{"result":9}') throw new Error(`add answered ${body} on ${runtime}`);
  return { name: runtime, url: `${url}/add/run`, pid };
}

async function startEcho(servers: AsyncDisposableStack): Promise<Omit<Target, 'body'>> {
  const port = await freePort();
  const base = `http://127.0.0.1:${String(port)}`;
  const child = servers.use(new OwnedProcess(process.execPath, [echoEntry.pathname, String(port)]));
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
  return { name: 'echo', url: `${base}/run`, pid: child.pid };
}
