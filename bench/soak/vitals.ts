import type { JsonClient } from '../load/json-client.ts';
import type { ExecutorProcess } from '../processes/executor-process.ts';
import { countEntries, readProcStatus } from '../processes/proc-status.ts';

/** What must not grow. Memory in bytes. */
export interface Vitals {
  readonly rssBytes: number;
  /** JavaScript heap of the main thread. */
  readonly heapBytes: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Files and folders in the folder for temporary files. */
  readonly temporaryFiles: number;
  readonly containers: number;
  readonly running: number;
  /** Activations that ended, since the start. */
  readonly activations: number;
  /** Worker threads that were ended, since the start. */
  readonly endedThreads: number;
}

export async function readVitals(executor: ExecutorProcess, client: JsonClient): Promise<Vitals> {
  const { body } = await client.get('/metrics');
  const { rssBytes, threads, descriptors } = readProcStatus(executor.pid);
  return {
    rssBytes,
    threads,
    descriptors,
    heapBytes: readMetric(body, 'process_heap_bytes'),
    temporaryFiles: countEntries(executor.temporaryFolder),
    containers: readMetric(body, 'wasmwhisk_containers'),
    running: readMetric(body, 'wasmwhisk_activations_running'),
    activations: readMetric(body, 'wasmwhisk_activations_total'),
    endedThreads: readMetric(body, 'wasmwhisk_threads_ended'),
  };
}

/** The sum over all labels. */
function readMetric(text: string, name: string): number {
  let sum = 0;
  for (const line of text.split('\n'))
    if (line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  return sum;
}

/** Collects the main thread's garbage first, where the inspector is open. */
export async function readSettledVitals(
  executor: ExecutorProcess,
  client: JsonClient,
): Promise<Vitals> {
  for (let pass = 0; pass < 3; pass += 1) await executor.inspector?.collectGarbage();
  return readVitals(executor, client);
}

export const vitalsHeader = [
  'activities',
  'seconds',
  'RSS MB',
  'heap MB',
  'fds',
  'threads',
  'temp files',
  'containers',
  'runs ended',
  'threads ended',
];

export function toVitalsRow(
  activities: number,
  seconds: number,
  vitals: Vitals,
): readonly string[] {
  return [
    String(activities),
    seconds.toFixed(1),
    (vitals.rssBytes / 1e6).toFixed(1),
    (vitals.heapBytes / 1e6).toFixed(1),
    String(vitals.descriptors),
    String(vitals.threads),
    String(vitals.temporaryFiles),
    String(vitals.containers),
    String(vitals.activations),
    String(vitals.endedThreads),
  ];
}
