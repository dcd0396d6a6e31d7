import { readExample } from '../load/actions.ts';
import { findLoadDriver } from '../load/load-driver.ts';
import { driveInTurn, driveRound, pickMedian, type Target } from '../load/rounds.ts';
import { figure, type Figure } from '../measuring/figure.ts';
import { guestAuthorization, StandaloneProcess } from '../processes/standalone-process.ts';
import type { Section } from './section.ts';

const rounds = 3;
const roundSeconds = 2;
const input = '{"param1":5,"param2":4}';

export const standaloneDurability: Section = {
  name: 'standalone-durability',
  title: 'Warm blocking invocations of add with storage.durability normal and full',
  measure: async () => {
    const driver = findLoadDriver();
    await using servers = new AsyncDisposableStack();
    const targets: Target[] = [];
    for (const durability of ['normal', 'full']) targets.push(await start(servers, durability));
    for (const target of targets) await driveRound(driver, target, { connections: 8, seconds: 2 });
    const figures: Figure[] = [];
    for (const connections of [1, 8, 32]) {
      const seen = await driveInTurn(driver, targets, {
        connections,
        rounds,
        seconds: roundSeconds,
      });
      for (const target of targets) {
        const results = seen.get(target) ?? [];
        const what = `${String(connections)} connection(s): ${target.name}`;
        figures.push(
          figure(what, pickMedian(results, 'requestsPerSecond'), 'rps'),
          figure(`${what}, p50`, pickMedian(results, 'p50'), 'ms'),
          figure(`${what}, p99`, pickMedian(results, 'p99'), 'ms'),
        );
      }
    }
    return {
      notes: [
        `driver ${driver.name}; ${String(rounds)} rounds of ${String(roundSeconds)} s each, in turn; medians; what \`full\` costs is what the disk takes to confirm a write`,
      ],
      figures,
    };
  },
};

async function start(servers: AsyncDisposableStack, durability: string): Promise<Target> {
  const standalone = servers.use(
    await StandaloneProcess.start(['--set', `storage.durability=${durability}`]),
  );
  await using client = standalone.client(1);
  const code = readExample('add/build/add.wasm').toString('base64');
  const path = '/api/v1/namespaces/_/actions/add';
  await client.putOk(path, JSON.stringify({ exec: { kind: 'wasm:0.1', code } }));
  return {
    name: durability,
    url: `${standalone.url}${path}?blocking=true&result=true`,
    body: input,
    authorization: guestAuthorization,
    pid: standalone.pid,
  };
}
