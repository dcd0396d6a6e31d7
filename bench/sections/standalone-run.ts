import { readExample, toInitBody, toRunBody } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import { findLoadDriver } from '../load/load-driver.ts';
import { driveInTurn, driveRound, pickMedian, type Target } from '../load/rounds.ts';
import { atLeast, atMost, figure, type Figure } from '../measuring/figure.ts';
import { median } from '../measuring/summary.ts';
import { ExecutorProcess } from '../processes/executor-process.ts';
import { noteDefaultRuntime } from '../processes/runtimes.ts';
import { guestAuthorization, StandaloneProcess } from '../processes/standalone-process.ts';
import type { Section } from './section.ts';

const rounds = 5;
const roundSeconds = 2;
const warmUpSeconds = 3;
const input = '{"param1":5,"param2":4}';

/** Ten times what Apache's standalone server did with the forerunner behind it. */
const rpsAims: Readonly<Record<number, number>> = { 1: 3230, 4: 6560 };
const shareAim = 40;
const tailMax = 10;

export const standaloneRun: Section = {
  name: 'standalone-run',
  title: "Warm blocking invocations of add by OpenWhisk's API, beside /run of the bare executor",
  measure: async () => {
    const driver = findLoadDriver();
    await using servers = new AsyncDisposableStack();
    const executor = await startExecutor(servers);
    const standalone = await startStandalone(servers);
    const targets = [executor, standalone];
    for (const target of targets)
      await driveRound(driver, target, { connections: 8, seconds: warmUpSeconds });
    const figures: Figure[] = [];
    for (const connections of [1, 4, 8, 32]) {
      const seen = await driveInTurn(driver, targets, {
        connections,
        rounds,
        seconds: roundSeconds,
      });
      const at = connections === 1 ? '1 connection' : `${String(connections)} connections`;
      for (const target of targets) {
        const results = seen.get(target) ?? [];
        const what = `${at}: ${target.name}`;
        const aim = target === standalone ? rpsAims[connections] : undefined;
        figures.push(
          figure(
            what,
            pickMedian(results, 'requestsPerSecond'),
            'rps',
            aim === undefined ? undefined : atLeast(aim),
          ),
          figure(`${what}, CPU of the server per request`, pickMedian(results, 'cpuUs'), 'us'),
          figure(`${what}, p50`, pickMedian(results, 'p50'), 'ms'),
        );
      }
      const ours = seen.get(standalone) ?? [];
      const bare = pickMedian(seen.get(executor) ?? [], 'requestsPerSecond');
      const share = (pickMedian(ours, 'requestsPerSecond') / bare) * 100;
      const tail = median(ours.map(({ p50, p99 }) => p99 / p50));
      const isAimed = connections === 8;
      figures.push(
        figure(`${at}: of the executor`, share, '%', isAimed ? atLeast(shareAim) : undefined),
        figure(`${at}: p99 / p50`, tail, 'times', isAimed ? atMost(tailMax) : undefined),
      );
    }
    return {
      notes: [
        noteDefaultRuntime(),
        `driver ${driver.name}; ${String(rounds)} rounds of ${String(roundSeconds)} s each, in turn; medians; every record is stored before its answer`,
      ],
      figures,
    };
  },
};

async function startExecutor(servers: AsyncDisposableStack): Promise<Target> {
  const { url, pid } = servers.use(await ExecutorProcess.start());
  await using client = new JsonClient(url, 1);
  const body = toRunBody(input);
  await client.postOk('/add/init', toInitBody(readExample('add/build/add.wasm')));
  assertSum((await client.postOk('/add/run', body)).body);
  return { name: 'executor', url: `${url}/add/run`, body, pid };
}

async function startStandalone(servers: AsyncDisposableStack): Promise<Target> {
  const standalone = servers.use(await StandaloneProcess.start());
  await using client = standalone.client(1);
  const code = readExample('add/build/add.wasm').toString('base64');
  const path = '/api/v1/namespaces/_/actions/add';
  await client.putOk(path, JSON.stringify({ exec: { kind: 'wasm:0.1', code } }));
  const invoke = `${path}?blocking=true&result=true`;
  assertSum((await client.postOk(invoke, input)).body);
  return {
    name: 'standalone',
    url: `${standalone.url}${invoke}`,
    body: input,
    authorization: guestAuthorization,
    pid: standalone.pid,
  };
}

function assertSum(body: string): void {
  if (body !== '{"result":9}') throw new Error(`add answered ${body}`);
}
