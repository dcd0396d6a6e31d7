import { median } from '../measuring/summary.ts';
import type { Vitals } from './vitals.ts';

/** Further threads that waiting guests may hold in the soak. They go when they were idle for a minute. */
export const waitingThreadsMax = 4;
/** Codes that stay prepared although no container uses them. */
export const compiledMax = 8;
/** JavaScript heap of a worker thread, in MiB. */
export const heapMiB = 64;

const descriptorsPerThread = 6;

/** How much more than at the start there may be at the end. */
const bounds = {
  // The heaps of idle threads, which sleep and collect no garbage, and what malloc keeps of each thread.
  rssBytes: 150e6,
  // Of the main thread, its garbage collected: here nothing may hide.
  heapBytes: 6e6,
  descriptors: waitingThreadsMax * descriptorsPerThread,
  threads: waitingThreadsMax,
  // A folder and two files of each archive whose code is still prepared.
  temporaryFiles: 3 * compiledMax,
  containers: 0,
  running: 0,
} as const satisfies Partial<Record<keyof Vitals, number>>;

/** How much resident memory under load may rise from the second quarter to the last one. */
const loadedGrowth = 1.15;
/** Fewer samples tell no trend. */
const trendSamplesMin = 12;

export interface Bound {
  readonly what: keyof typeof bounds | 'rssUnderLoad';
  readonly before: number;
  readonly after: number;
  readonly allowed: number;
}

export function compareVitals(before: Vitals, after: Vitals): readonly Bound[] {
  return Object.entries(bounds).map(([name, more]) => {
    const what = name as keyof typeof bounds;
    return { what, before: before[what], after: after[what], allowed: before[what] + more };
  });
}

/** A leak shows as a trend long before it exceeds a bound. Gives nothing for short soaks. */
export function compareQuarters(samples: readonly Vitals[]): readonly Bound[] {
  if (samples.length < trendSamplesMin) return [];
  const quarter = Math.floor(samples.length / 4);
  const middle = (from: number): number =>
    median(samples.slice(from, from + quarter).map(({ rssBytes }) => rssBytes));
  const before = middle(quarter);
  const after = middle(samples.length - quarter);
  return [{ what: 'rssUnderLoad', before, after, allowed: before * loadedGrowth }];
}

export function isKept({ after, allowed }: Bound): boolean {
  return after <= allowed;
}
