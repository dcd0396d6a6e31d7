import type { Vitals } from './vitals.ts';

/** How much more than at the start there may be at the end. */
const bounds = {
  // Memory that the allocator keeps, and the heaps of threads that were started since.
  rssBytes: 40e6,
  heapBytes: 6e6,
  descriptors: 4,
  threads: 0,
  // Folders of archives stay until their codes leave the cache, which holds a bounded number.
  temporaryFiles: 3 * 8,
  containers: 0,
  running: 0,
} as const satisfies Partial<Record<keyof Vitals, number>>;

export interface Bound {
  readonly what: keyof typeof bounds;
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

export function isKept({ after, allowed }: Bound): boolean {
  return after <= allowed;
}
