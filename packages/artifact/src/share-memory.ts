import type { ModuleDescription } from './description.js';

type Memory = ModuleDescription['memories'][number];

/**
 * The maximum of each memory in its own pages, such that all together never exceed `limitBytes`:
 * each keeps its minimum, and the rest is shared equally. What a memory may not use, because it
 * declares less, goes to the others.
 *
 * @returns `undefined` when the minimums alone exceed the limit.
 */
export function shareMemory(
  memories: readonly Memory[],
  limitBytes: number,
): readonly number[] | undefined {
  const minimumBytes = memories.reduce(
    (sum, { limits, pageBytes }) => sum + limits.minimum * pageBytes,
    0,
  );
  if (minimumBytes > limitBytes) return undefined;
  const maximums = memories.map(({ limits }) => limits.minimum);
  // The most modest ones first, so that what they leave is known before the others take their share.
  const order = memories
    .map((memory, index) => ({ index, headroom: headroomBytes(memory) }))
    .sort((left, right) => left.headroom - right.headroom);
  let rest = limitBytes - minimumBytes;
  let waiting = order.length;
  for (const { index, headroom } of order) {
    const memory = memories[index];
    if (memory === undefined) continue;
    const pages = Math.floor(Math.min(headroom, rest / waiting) / memory.pageBytes);
    maximums[index] = memory.limits.minimum + pages;
    rest -= pages * memory.pageBytes;
    waiting -= 1;
  }
  return maximums;
}

/** How far a memory may grow by its own declaration. */
function headroomBytes({ limits, pageBytes }: Memory): number {
  const reach = (limits.is64 ? 2 ** 64 : 2 ** 32) / pageBytes;
  return ((limits.maximum ?? reach) - limits.minimum) * pageBytes;
}
