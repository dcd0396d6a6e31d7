import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findExample, readExample, toInitBody, toRunBody } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import { findLoadDriver } from '../load/load-driver.ts';
import { driveInTurn, driveRound, pickMedian, type Target } from '../load/rounds.ts';
import { figure, type Figure } from '../measuring/figure.ts';
import { ExecutorProcess, freePort } from '../processes/executor-process.ts';
import { OwnedProcess, waitFor } from '../processes/owned-process.ts';
import { findRuntimes } from '../processes/runtimes.ts';
import { compileAhead, readVersion } from '../processes/wasmtime-command.ts';
import type { Section } from './section.ts';

const component = 'greet-web/greet.wasm';
const input = '{"__ow_method":"get","__ow_path":"/greet","name":"Ada"}';
const plan = { connections: 8, rounds: 5, seconds: 2 };
const warmUpSeconds = 2;

export const httpComponent: Section = {
  name: 'http-component',
  title: 'An HTTP handler (greet-web), 8 connections: /run beside `wasmtime serve`',
  measure: async ({ wasmtime: command }) => {
    if (command.type === 'missing') return { notes: [command.note], figures: [] };
    const { runtimes, notes } = findRuntimes();
    if (!runtimes.includes('wasmtime')) return { notes, figures: [] };
    const driver = findLoadDriver();
    await using servers = new AsyncDisposableStack();
    const theirs = await startServe(servers, command.file);
    const ours = await startExecutor(servers);
    const targets = [theirs, ours];
    for (const target of targets)
      await driveRound(driver, target, { ...plan, seconds: warmUpSeconds });
    const seen = await driveInTurn(driver, targets, plan);
    const figures: Figure[] = targets.flatMap((target) => {
      const rounds = seen.get(target) ?? [];
      return [
        figure(target.name, pickMedian(rounds, 'requestsPerSecond'), 'rps'),
        figure(`${target.name}, CPU of the server per request`, pickMedian(rounds, 'cpuUs'), 'us'),
        figure(`${target.name}, p50`, pickMedian(rounds, 'p50'), 'ms'),
        figure(`${target.name}, p99`, pickMedian(rounds, 'p99'), 'ms'),
      ];
    });
    const rate = (target: Target): number =>
      pickMedian(seen.get(target) ?? [], 'requestsPerSecond');
    figures.push(figure('/run of wasmtime serve', (rate(ours) / rate(theirs)) * 100, '%'));
    return {
      notes: [
        `${await readVersion(command.file)}, the component compiled ahead; it is sent GET /greet?name=Ada`,
        '/run takes the same request as JSON and gives the answer as JSON, with limits and logs',
        `driver ${driver.name}; ${String(plan.rounds)} rounds of ${String(plan.seconds)} s each, in turn; medians`,
      ],
      figures,
    };
  },
};

async function startServe(servers: AsyncDisposableStack, file: string): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'wasmwhisk-bench-'));
  servers.defer(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const compiled = join(folder, 'greet.cwasm');
  await compileAhead(file, findExample(component), compiled);
  const address = `127.0.0.1:${String(await freePort())}`;
  const args = ['serve', '--allow-precompiled', '--addr', address, compiled];
  // It writes to stderr at each request.
  const child = servers.use(new OwnedProcess(file, args, { dropsErrors: true }));
  const path = '/greet?name=Ada';
  await using client = new JsonClient(`http://${address}`, 1);
  await waitFor(
    async () => {
      if (child.exitCode !== undefined) throw new Error('wasmtime serve ended');
      try {
        return (await client.get(path)).body === 'Hello, Ada!\n';
      } catch {
        return false;
      }
    },
    { timeoutMs: 10_000, everyMs: 10, what: 'wasmtime serve answers' },
  );
  return {
    name: 'wasmtime serve',
    url: `http://${address}${path}`,
    body: undefined,
    pid: child.pid,
  };
}

async function startExecutor(servers: AsyncDisposableStack): Promise<Target> {
  const { url, pid } = servers.use(await ExecutorProcess.start({ runtime: 'wasmtime' }));
  await using client = new JsonClient(url, 1);
  await client.postOk('/greet/init', toInitBody(readExample(component)));
  const body = toRunBody(input);
  const answer = await client.postOk('/greet/run', body);
  if (!answer.body.includes('Hello, Ada!')) throw new Error(`greet-web answered ${answer.body}`);
  return { name: '/run', url: `${url}/greet/run`, body, pid };
}
