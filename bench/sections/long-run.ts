import { readExample, readGuest, toInitBody, toRunBody } from '../load/actions.ts';
import { JsonClient } from '../load/json-client.ts';
import { atMost, figure } from '../measuring/figure.ts';
import { summarize, type Summary } from '../measuring/summary.ts';
import { ExecutorProcess } from '../processes/executor-process.ts';
import { noteDefaultRuntime } from '../processes/runtimes.ts';
import type { Section } from './section.ts';

const inits = 400;
const longRunMs = 5000;

export const longRun: Section = {
  name: 'long-run',
  title: "A long run's effect on other containers (a guest that computes until its deadline)",
  measure: async () => {
    await using executor = await ExecutorProcess.start();
    await using client = new JsonClient(executor.url, 1);
    await using background = new JsonClient(executor.url, 1);
    await background.postOk('/spin/init', toInitBody(readGuest('spin')));
    await client.postOk('/add/init', toInitBody(readExample('add/build/add.wasm')));
    await measureOthers(client);
    const quiet = await measureOthers(client);
    const ended = new AbortController();
    const spinning = background.post(
      '/spin/run',
      toRunBody('{}', { namespace: 'spinner', deadlineEpochMs: Date.now() + longRunMs }),
    );
    void spinning.finally(() => {
      ended.abort();
    });
    const meanwhile = await measureOthers(client);
    if (ended.signal.aborted) throw new Error('the long run ended before the measurement did');
    const answer = await spinning;
    if (answer.status !== 502) throw new Error(`spin was answered ${String(answer.status)}`);
    return {
      notes: [
        noteDefaultRuntime(),
        'one caller, one connection; the guest holds one of the processors',
      ],
      figures: [
        figure('/init of a known artifact, quiet, p50', quiet.init.p50, 'ms'),
        figure('/init of a known artifact, quiet, p99', quiet.init.p99, 'ms'),
        figure('/init of a known artifact, meanwhile, p50', meanwhile.init.p50, 'ms', atMost(1)),
        figure('/init of a known artifact, meanwhile, p99', meanwhile.init.p99, 'ms'),
        figure(
          '  p50 meanwhile / quiet',
          meanwhile.init.p50 / quiet.init.p50,
          'times',
          atMost(1.5),
        ),
        figure('/run of add, quiet, p50', quiet.run.p50, 'ms'),
        figure('/run of add, meanwhile, p50', meanwhile.run.p50, 'ms'),
        figure('/run of add, meanwhile, p99', meanwhile.run.p99, 'ms'),
      ],
    };
  },
};

async function measureOthers(
  client: JsonClient,
): Promise<{ readonly init: Summary; readonly run: Summary }> {
  const initBody = toInitBody(readExample('add/build/add.wasm'));
  const runBody = toRunBody('{"param1":5,"param2":4}', { namespace: 'others' });
  const initMs: number[] = [];
  const runMs: number[] = [];
  for (let index = 0; index < inits; index += 1) {
    initMs.push((await client.postOk('/other/init', initBody)).ms);
    runMs.push((await client.postOk('/add/run', runBody)).ms);
    await client.postOk('/other/destroy');
  }
  return { init: summarize(initMs), run: summarize(runMs) };
}
