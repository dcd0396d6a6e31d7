import { readExample } from '../load/actions.ts';
import type { JsonClient } from '../load/json-client.ts';
import { atMost, figure, type Figure } from '../measuring/figure.ts';
import { summarize } from '../measuring/summary.ts';
import { readProcStatus } from '../processes/proc-status.ts';
import { StandaloneProcess } from '../processes/standalone-process.ts';
import type { Section } from './section.ts';

const records = 100_000;
const connections = 32;
const asked = 100;
const namespace = '/api/v1/namespaces/_';

export const standaloneRecords: Section = {
  name: 'standalone-records',
  title: 'Reading activations when 100,000 are stored',
  measure: async () => {
    await using standalone = await StandaloneProcess.start();
    await using client = standalone.client(connections);
    const code = readExample('add/build/add.wasm').toString('base64');
    const body = JSON.stringify({ exec: { kind: 'wasm:0.1', code } });
    await client.putOk(`${namespace}/actions/add`, body);
    await client.putOk(`${namespace}/actions/rare`, body);
    const startedAt = performance.now();
    await invokeMany(client);
    const seconds = (performance.now() - startedAt) / 1000;
    const stored = JSON.parse((await client.getOk(`${namespace}/activations?count=true`)).body) as {
      readonly activations: number;
    };
    if (stored.activations !== records)
      throw new Error(`${String(stored.activations)} records are stored, not ${String(records)}`);
    const list = `${namespace}/activations`;
    const latest = JSON.parse((await client.getOk(`${list}?limit=1&skip=50000`)).body) as readonly {
      readonly activationId: string;
      readonly start: number;
    }[];
    const [one] = latest;
    if (one === undefined) throw new Error('the list is empty');
    const since = String(Date.now() - 2000);
    const figures: Figure[] = [];
    for (const [what, path] of [
      ['list of 30', `${list}?limit=30&skip=0`],
      ['list of 200', `${list}?limit=0&skip=0`],
      ['list of 30 by a frequent name', `${list}?limit=30&skip=0&name=add`],
      ['list of 30 by a rare name', `${list}?limit=30&skip=0&name=rare`],
      ['list of 30 from the middle', `${list}?limit=30&skip=0&upto=${String(one.start)}`],
      ['get', `${list}/${one.activationId}`],
      ['logs', `${list}/${one.activationId}/logs`],
      ['poll of the last 2 s', `${list}?docs=true&limit=0&since=${since}&skip=0`],
      ['the latest 200 with results and logs', `${list}?docs=true&limit=0&skip=0`],
    ] as const)
      figures.push(figure(`${what}, p50`, await askFor(client, path), 'ms', atMost(10)));
    return {
      notes: [
        `${String(records)} invocations in ${seconds.toFixed(0)} s over ${String(connections)} connections; ${String(asked)} requests each, one after another`,
      ],
      figures: [
        ...figures,
        figure('RSS afterwards', readProcStatus(standalone.pid).rssBytes / 1e6, 'MB'),
      ],
    };
  },
};

async function invokeMany(client: JsonClient): Promise<void> {
  let left = records;
  const invoke = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const name = left % 5000 === 0 ? 'rare' : 'add';
      await client.postOk(
        `${namespace}/actions/${name}?blocking=true&result=true`,
        '{"param1":5,"param2":4}',
      );
    }
  };
  await Promise.all(Array.from({ length: connections }, invoke));
}

/** The middle of some answers' times, in milliseconds. */
async function askFor(client: JsonClient, path: string): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < asked; index += 1) times.push((await client.getOk(path)).ms);
  return summarize(times).p50;
}
