import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Runner } from '@wasmwhisk/runner';
import type { ActivationObserver } from './containers/container-services.js';
import type { ContainerTable } from './containers/container-table.js';
import type { Preparation } from './preparation/preparation.js';

/** Upper bounds in seconds, from a tenth of a millisecond to a minute. */
const durationBuckets = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  30, 60,
];

/** What the executor counts, for Prometheus. Names are documented in `docs/reference/metrics.md`. */
export class Metrics implements ActivationObserver {
  readonly registry: Registry = new Registry();
  readonly #activations: Counter<'outcome'>;
  readonly #initSeconds: Histogram;
  readonly #runSeconds: Histogram;
  #running = 0;

  constructor() {
    const registers = [this.registry];
    this.#activations = new Counter({
      name: 'wasmwhisk_activations_total',
      help: 'Activations that ended, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.#initSeconds = new Histogram({
      name: 'wasmwhisk_init_duration_seconds',
      help: 'Time of an /init, unpacking and compiling included.',
      buckets: durationBuckets,
      registers,
    });
    this.#runSeconds = new Histogram({
      name: 'wasmwhisk_run_duration_seconds',
      help: 'Time of a /run, waiting for a thread included.',
      buckets: durationBuckets,
      registers,
    });
  }

  initialized(seconds: number): void {
    this.#initSeconds.observe(seconds);
  }

  runStarted(): void {
    this.#running += 1;
  }

  runEnded(outcome: string, seconds: number): void {
    this.#running -= 1;
    this.#activations.inc({ outcome });
    this.#runSeconds.observe(seconds);
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
    gauge('wasmwhisk_threads', 'Worker threads.', () => runner.status().threads);
    gauge(
      'wasmwhisk_threads_busy',
      'Worker threads on which a guest computes.',
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
