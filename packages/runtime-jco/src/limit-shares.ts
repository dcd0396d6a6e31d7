/** What one core module defines of a limited thing, bytes of memory or elements of tables. */
export interface Demand {
  readonly minimum: number;
  /** Most that the module itself allows. */
  readonly maximum: number;
  /** How often the component instantiates the module. */
  readonly instances: number;
}

/**
 * Shares a limit of a component out to its core modules, so that all instances of all of them
 * together stay within it. Each instance gets its minimum; the rest is shared equally among
 * those that can still grow, and what one cannot use goes to the others. Most components have one
 * module with a memory, which gets all.
 *
 * @param unit Shares beyond the minimum are multiples of this: a page of memory, one element.
 * @returns what one instance of each module gets, in the order given; `undefined` when the minimums
 *   alone are too much
 */
export function shareLimit(
  demands: readonly Demand[],
  limit: number,
  unit: number,
): readonly number[] | undefined {
  const shares = demands.map(({ minimum }) => minimum);
  let rest = limit - demands.reduce((sum, { minimum, instances }) => sum + minimum * instances, 0);
  if (rest < 0) return undefined;
  // Those that can grow least first: what they leave raises the share of all that follow.
  const growing = demands
    .map((demand, index) => ({ ...demand, index, room: demand.maximum - demand.minimum }))
    .filter(({ room, instances }) => room > 0 && instances > 0)
    .sort((a, b) => a.room - b.room);
  let instancesLeft = growing.reduce((sum, { instances }) => sum + instances, 0);
  for (const { index, minimum, room, instances } of growing) {
    const granted = Math.min(room, Math.floor(rest / instancesLeft / unit) * unit);
    shares[index] = minimum + granted;
    rest -= granted * instances;
    instancesLeft -= instances;
  }
  return shares;
}
