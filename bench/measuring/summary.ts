/** How a list of durations is told: its middle and its tail. */
export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/** Middle and tail of some durations, in their own unit. */
export function summarize(durations: readonly number[]): Summary {
  const sorted = [...durations].sort((one, other) => one - other);
  return { count: sorted.length, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}

/** The middle value: on a noisy machine it says more than a mean. */
export function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((one, other) => one - other),
    0.5,
  );
}

/** Nearest rank, of values in order. */
function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError('There is nothing to summarize.');
  return value;
}
