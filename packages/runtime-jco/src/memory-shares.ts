/** The memories that one core module defines, as the component uses it. */
export interface MemoryDemand {
  readonly minimumBytes: number;
  /** Most that the module itself allows its memories together. */
  readonly maximumBytes: number;
  /** How often the component instantiates the module. */
  readonly instances: number;
}

/**
 * Shares the memory limit of a component out to its core modules, so that all instances of all of
 * them together stay within it. Each instance gets its minimum; the rest is shared equally among
 * those that can still grow, and what one cannot use goes to the others. Most components have one
 * module with a memory, which gets all.
 *
 * @returns bytes for one instance of each module, in the order given; `undefined` when the minimums
 *   alone are too much
 */
export function shareMemory(
  demands: readonly MemoryDemand[],
  limitBytes: number,
): readonly number[] | undefined {
  const shares = demands.map(({ minimumBytes }) => minimumBytes);
  let restBytes =
    limitBytes -
    demands.reduce((sum, { minimumBytes, instances }) => sum + minimumBytes * instances, 0);
  if (restBytes < 0) return undefined;
  // Those that can grow least first: what they leave raises the share of all that follow.
  const growing = demands
    .map((demand, index) => ({
      ...demand,
      index,
      roomBytes: demand.maximumBytes - demand.minimumBytes,
    }))
    .filter(({ roomBytes, instances }) => roomBytes > 0 && instances > 0)
    .sort((a, b) => a.roomBytes - b.roomBytes);
  let instancesLeft = growing.reduce((sum, { instances }) => sum + instances, 0);
  for (const { index, minimumBytes, roomBytes, instances } of growing) {
    const grantedBytes = Math.min(roomBytes, wholePages(restBytes / instancesLeft));
    shares[index] = minimumBytes + grantedBytes;
    restBytes -= grantedBytes * instances;
    instancesLeft -= instances;
  }
  return shares;
}

const pageBytes = 64 * 1024;

function wholePages(bytes: number): number {
  return Math.floor(bytes / pageBytes) * pageBytes;
}
