import { asNewArtifact, readExample } from '../load/actions.ts';
import { atMost, figure } from '../measuring/figure.ts';
import { summarize } from '../measuring/summary.ts';
import { noteDefaultRuntime } from '../processes/runtimes.ts';
import { StandaloneProcess } from '../processes/standalone-process.ts';
import type { Section } from './section.ts';

const actions = 30;

export const standaloneFirst: Section = {
  name: 'standalone-first',
  title: 'From a new action to its first result, by the API',
  measure: async () => {
    await using standalone = await StandaloneProcess.start();
    await using client = standalone.client(1);
    const both: number[] = [];
    const created: number[] = [];
    const invoked: number[] = [];
    for (let index = 0; index < actions; index += 1) {
      // Code that nobody has seen: it is compiled each time.
      const code = asNewArtifact(readExample('add/build/add.wasm')).toString('base64');
      const path = `/api/v1/namespaces/_/actions/add${String(index)}`;
      const body = JSON.stringify({ exec: { kind: 'wasm:0.1', code } });
      const create = await client.putOk(path, body);
      const invoke = await client.postOk(
        `${path}?blocking=true&result=true`,
        '{"param1":5,"param2":4}',
      );
      if (invoke.body !== '{"result":9}') throw new Error(`add answered ${invoke.body}`);
      created.push(create.ms);
      invoked.push(invoke.ms);
      both.push(create.ms + invoke.ms);
    }
    const { p50, p99 } = summarize(both);
    return {
      notes: [noteDefaultRuntime(), `${String(actions)} new actions, each of new code`],
      figures: [
        figure('create and first invocation, p50', p50, 'ms', atMost(50)),
        figure('create and first invocation, p99', p99, 'ms'),
        figure('the very first one of the process', both[0] ?? Number.NaN, 'ms'),
        figure('create, p50', summarize(created).p50, 'ms'),
        figure('first invocation, p50', summarize(invoked).p50, 'ms'),
      ],
    };
  },
};
