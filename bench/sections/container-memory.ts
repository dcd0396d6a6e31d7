import { readExample, toInitBody, toRunBody } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import { atMost, figure } from '../measuring/figure.ts';
import { ExecutorProcess } from '../processes/executor-process.ts';
import { readRssBytes } from '../processes/proc-status.ts';
import { noteDefaultRuntime } from '../processes/runtimes.ts';
import type { Section } from './section.ts';

const containers = 1000;
const kilobyte = 1000;

interface Memory {
  readonly rssBytes: number;
  /** JavaScript heap and what hangs on it, after its garbage was collected. */
  readonly heapBytes: number;
}

export const containerMemory: Section = {
  name: 'container-memory',
  title: 'Memory per further container of a known artifact',
  measure: async () => {
    await using executor = await ExecutorProcess.start({ inspected: true });
    await using client = new JsonClient(executor.url, 4);
    // A first round brings code and heap to the size that they keep.
    await fill(client, 'warm-up');
    await empty(client, 'warm-up');
    const before = await readMemory(executor);
    await fill(client, 'measured');
    const full = await readMemory(executor);
    await empty(client, 'measured');
    const after = await readMemory(executor);
    const each = (bytes: number): number => bytes / containers / kilobyte;
    return {
      notes: [
        noteDefaultRuntime(),
        `${String(containers)} containers, initialized, the garbage of the main thread collected`,
        'every tenth has run once; heap tells what is held, RSS what the kernel has not got back',
      ],
      figures: [
        figure('heap per container', each(full.heapBytes - before.heapBytes), 'KB', atMost(20)),
        figure('RSS per container', each(full.rssBytes - before.rssBytes), 'KB', atMost(20)),
        figure(
          'heap still held per container after destroy',
          each(after.heapBytes - before.heapBytes),
          'KB',
          atMost(0.5),
        ),
        figure(
          'RSS still held per container after destroy',
          each(after.rssBytes - before.rssBytes),
          'KB',
        ),
      ],
    };
  },
};

async function fill(client: JsonClient, prefix: string): Promise<void> {
  const body = toInitBody(readExample('add/build/add.wasm'));
  for (let index = 0; index < containers; index += 1) {
    const path = `/${prefix}-${String(index)}`;
    await client.postOk(`${path}/init`, body);
    if (index % 10 === 0) await client.postOk(`${path}/run`, toRunBody('{"param1":5,"param2":4}'));
  }
}

async function empty(client: JsonClient, prefix: string): Promise<void> {
  for (let index = 0; index < containers; index += 1)
    await client.postOk(`/${prefix}-${String(index)}/destroy`);
}

async function readMemory({ inspector, pid }: ExecutorProcess): Promise<Memory> {
  if (inspector === undefined) throw new Error('The process was started without an inspector.');
  for (let pass = 0; pass < 3; pass += 1) await inspector.collectGarbage();
  const { heapUsedBytes, externalBytes } = await inspector.heap();
  return { rssBytes: readRssBytes(pid), heapBytes: heapUsedBytes + externalBytes };
}
