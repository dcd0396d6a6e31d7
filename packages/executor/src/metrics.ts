import { Counter, Gauge, Histogram, Registry, type HistogramConfiguration } from 'prom-client';
import type { Runner } from '@wasmwhisk/runner';
import type { ActivationObserver, RunOutcomeKind } from './containers/container-services.js';
import type { ContainerTable } from './containers/container-table.js';
import { MetricsText } from './metrics-text.js';
import type { Preparation } from './preparation/preparation.js';

/** Upper bounds in seconds, from a tenth of a millisecond to a minute. */
const durationBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  30, 60,
];

type HistogramData = Awaited<ReturnType<Histogram['get']>>;

declare module 'prom-client' {
  interface Histogram<T extends string> {
    /** What the registry and `get` take their values from; its types leave it out. */
    getForPromString(): Promise<Awaited<ReturnType<Histogram<T>['get']>>>;
  }
}

/**
 * A histogram without labels that counts by itself. The one that it extends looks for labels in every
 * observation, which costs a microsecond of each run.
 */
class Durations extends Histogram {
  readonly #buckets: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  constructor(configuration: HistogramConfiguration<string> & { readonly buckets: number[] }) {
    super(configuration);
    this.#buckets = configuration.buckets;
    this.#counts = new Float64Array(configuration.buckets.length);
  }

  /** Most are short, so it is looked for from the lowest bound on. */
  add(seconds: number): void {
    this.#sum += seconds;
    this.#count += 1;
    const index = this.#buckets.findIndex((bound) => seconds <= bound);
    if (index >= 0) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  override async getForPromString(): Promise<HistogramData> {
    const data = await super.getForPromString();
    return { ...data, values: this.#values(data.name) };
  }

  #values(name: string): HistogramData['values'] {
    let below = 0;
    const bucket = (le: number | '+Inf', value: number): HistogramData['values'][number] => ({
      metricName: `${name}_bucket`,
      labels: { le },
      value,
    });
    return [
      ...this.#buckets.map((bound, index) => bucket(bound, (below += this.#counts[index] ?? 0))),
      bucket('+Inf', this.#count),
      { metricName: `${name}_sum`, labels: {}, value: this.#sum },
      { metricName: `${name}_count`, labels: {}, value: this.#count },
    ];
  }
}

/** What the executor counts, for Prometheus. Names are documented in `docs/reference/metrics.md`. */
export class Metrics implements ActivationObserver {
  readonly registry: Registry = new Registry();
  /** What `/metrics` answers. */
  readonly text: MetricsText = new MetricsText(this.registry);
  /** By outcome; made into a metric when somebody asks. */
  readonly #activations: Partial<Record<RunOutcomeKind, number>> = {};
  readonly #initSeconds: Durations;
  readonly #runSeconds: Durations;
  #running = 0;

  constructor() {
    const registers = [this.registry];
    const activations = this.#activations;
    new Counter({
      name: 'wasmwhisk_activations_total',
      help: 'Activations that ended, by outcome.',
      labelNames: ['outcome'],
      registers,
      collect() {
        this.reset();
        for (const [outcome, ended] of Object.entries(activations)) this.inc({ outcome }, ended);
      },
    });
    this.#initSeconds = new Durations({
      name: 'wasmwhisk_init_duration_seconds',
      help: 'Time of an /init, unpacking and compiling included.',
      buckets: durationBuckets,
      registers,
    });
    this.#runSeconds = new Durations({
      name: 'wasmwhisk_run_duration_seconds',
      help: 'Time of a /run, waiting for a thread included.',
      buckets: durationBuckets,
      registers,
    });
  }

  initialized(seconds: number): void {
    this.#initSeconds.add(seconds);
  }

  runStarted(): void {
    this.#running += 1;
  }

  runEnded(outcome: RunOutcomeKind, seconds: number): void {
    this.#running -= 1;
    this.#activations[outcome] = (this.#activations[outcome] ?? 0) + 1;
    this.#runSeconds.add(seconds);
  }

  /** Adds what is only looked at when somebody asks. */
  observe(runner: Runner, containers: ContainerTable, preparation: Preparation): void {
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read());
        },
      });
    };
    gauge('wasmwhisk_activations_running', 'Activations in progress.', () => this.#running);
    gauge(
      'wasmwhisk_queue_length',
      'Runs that wait for a thread.',
      () => runner.status().queuedRuns,
    );
    gauge('wasmwhisk_threads', 'Threads on which guests compute.', () => runner.status().threads);
    gauge(
      'wasmwhisk_threads_busy',
      'Threads on which a guest computes.',
      () => runner.status().busyThreads,
    );
    gauge(
      'wasmwhisk_guests_waiting',
      'Guests that gave their thread back.',
      () => runner.status().waitingRuns,
    );
    gauge(
      'wasmwhisk_threads_ended',
      'Worker threads ended because a guest no longer answered, since the start.',
      () => runner.status().endedThreads,
    );
    gauge('wasmwhisk_containers', 'Containers.', () => containers.size);
    gauge(
      'wasmwhisk_prepared_codes',
      'Distinct codes unpacked and compiled.',
      () => preparation.size,
    );
    gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
    gauge(
      'process_heap_bytes',
      'JavaScript heap in use on the main thread.',
      () => process.memoryUsage().heapUsed,
    );
  }
}
