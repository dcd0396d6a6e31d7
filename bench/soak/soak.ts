import { JsonClient } from '../load/json-client.ts';
import { ExecutorProcess } from '../processes/executor-process.ts';
import {
  compareQuarters,
  compareVitals,
  compiledMax,
  heapMiB,
  isKept,
  waitingThreadsMax,
  type Bound,
} from './bounds.ts';
import { createResidents, destroyResidents } from './containers.ts';
import type { Kind } from './kind.ts';
import { lifeKinds } from './life-kinds.ts';
import { Random } from './random.ts';
import { runKinds } from './run-kinds.ts';
import { Session } from './session.ts';
import { StallWatch } from './stall-watch.ts';
import { readSettledVitals, readVitals, type Vitals } from './vitals.ts';

export interface SoakOptions {
  /** Activities after the warm-up. */
  readonly activities: number;
  readonly warmUp: number;
  /** Activities at once. */
  readonly lanes: number;
  readonly seed: number;
  /** How long threads may take to go that only waiting guests needed. */
  readonly settleMs: number;
  readonly onVitals: (activities: number, seconds: number, vitals: Vitals) => void;
}

export interface KindTally {
  readonly name: string;
  done: number;
  wrong: number;
}

export interface SoakReport {
  readonly seconds: number;
  readonly tallies: readonly KindTally[];
  /** The first wrong answers, as sentences. */
  readonly faults: readonly string[];
  readonly bounds: readonly Bound[];
  /** Runs that the soak sent, and those that the executor says have ended. */
  readonly runsSent: number;
  readonly runsEnded: number;
}

/** What keeps the soak small in memory, so that growth shows early. */
const settings = {
  'limits.memoryBytes': 32 * 1024 * 1024,
  'limits.logBytes': 128 * 1024,
  'log.retainedBytes': 4 * 1024 * 1024,
  'runtime.compiledMax': compiledMax,
  'runtime.heapMiB': heapMiB,
  'runtime.waitingThreadsMax': waitingThreadsMax,
  'policy.runtimesByAnnotation': 'wasmer',
};
const sampleEveryMs = 5000;
const faultsMax = 20;
const kinds: readonly Kind[] = [...runKinds, ...lifeKinds];

/** Whether a soak went well: every answer right, nothing lost, nothing grown. */
export function isGood({ tallies, bounds, runsSent, runsEnded }: SoakReport): boolean {
  return (
    tallies.every(({ wrong }) => wrong === 0) && bounds.every(isKept) && runsSent === runsEnded
  );
}

/** Sends mixed activities to `wasmwhisk serve` and compares its end with its start. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using executor = await ExecutorProcess.start({ settings, inspected: true });
  await using client = new JsonClient(executor.url, options.lanes * 2);
  await using watcher = new JsonClient(executor.url, 1);
  const work = new Work(client, options.seed);
  // The first activities load runtimes and warm code up; the start is what there is after them.
  await createResidents(client);
  await work.perform(options.warmUp, options.lanes);
  await destroyResidents(client);
  const before = await settle(executor, watcher, undefined, options.settleMs);
  options.onVitals(0, 0, before);
  await createResidents(client);
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  work.forgetTallies();
  const samples: Vitals[] = [];
  const sampler = setInterval(() => {
    readVitals(executor, watcher).then(
      (vitals) => {
        samples.push(vitals);
        options.onVitals(work.performed, seconds(), vitals);
      },
      (error: unknown) => {
        work.fault(`the executor's metrics could not be read: ${String(error)}`);
      },
    );
  }, sampleEveryMs);
  await work.perform(options.activities, options.lanes);
  clearInterval(sampler);
  await destroyResidents(client);
  const took = seconds();
  const after = await settle(executor, watcher, before.threads, options.settleMs);
  options.onVitals(work.performed, seconds(), after);
  return {
    seconds: took,
    tallies: work.tallies,
    faults: work.faults,
    bounds: [...compareVitals(before, after), ...compareQuarters(samples)],
    runsSent: work.runsSent,
    runsEnded: after.activations,
  };
}

/** Waits until nothing runs and no more threads are left than at the start, or the time for it is over. */
async function settle(
  executor: ExecutorProcess,
  watcher: JsonClient,
  threadsAtStart: number | undefined,
  settleMs: number,
): Promise<Vitals> {
  const giveUpAt = performance.now() + settleMs;
  for (;;) {
    const vitals = await readSettledVitals(executor, watcher);
    const { running, containers, threads } = vitals;
    const settled =
      running === 0 && containers === 0 && threads <= (threadsAtStart ?? Number.POSITIVE_INFINITY);
    if (settled || performance.now() > giveUpAt) return vitals;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Draws activities by their weights and does them, some at once. */
class Work {
  tallies: readonly KindTally[] = newTallies();
  readonly faults: string[] = [];
  performed = 0;
  runsSent = 0;
  readonly #client: JsonClient;
  readonly #random: Random;
  /** Names of kinds by session id. */
  readonly #inProgress = new Map<string, string>();
  #onEnd: () => void = () => undefined;
  #nextId = 1;

  constructor(client: JsonClient, seed: number) {
    this.#client = client;
    this.#random = new Random(seed);
  }

  fault(text: string): void {
    if (this.faults.length < faultsMax) this.faults.push(text);
  }

  forgetTallies(): void {
    this.tallies = newTallies();
    this.performed = 0;
  }

  async perform(activities: number, lanes: number): Promise<void> {
    let left = activities;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.#act();
        this.performed += 1;
      }
    };
    const watch = new StallWatch(() => [...this.#inProgress.values()]);
    this.#onEnd = () => {
      watch.noteEnd();
    };
    try {
      await Promise.race([Promise.all(Array.from({ length: lanes }, lane)), watch.stalled]);
    } finally {
      watch.stop();
    }
  }

  async #act(): Promise<void> {
    const index = this.#draw();
    const kind = kinds[index];
    const tally = this.tallies[index];
    if (kind === undefined || tally === undefined) throw new Error('There is no such kind.');
    const id = `soak-${String(this.#nextId++)}`;
    const session = new Session(this.#client, this.#random, id, () => {
      this.runsSent += 1;
    });
    this.#inProgress.set(id, kind.name);
    tally.done += 1;
    try {
      await kind.act(session);
    } catch (error) {
      tally.wrong += 1;
      this.fault(`${kind.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#inProgress.delete(id);
    this.#onEnd();
  }

  #draw(): number {
    let rest = this.#random.integer(1, weights);
    return kinds.findIndex(({ weight }) => {
      rest -= weight;
      return rest <= 0;
    });
  }
}

const weights = kinds.reduce((sum, { weight }) => sum + weight, 0);

function newTallies(): readonly KindTally[] {
  return kinds.map(({ name }) => ({ name, done: 0, wrong: 0 }));
}
