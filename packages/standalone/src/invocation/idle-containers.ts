import type { PooledContainer } from './container-group.js';

/**
 * Containers that nobody uses, the longest unused first. Linked to each other: nearly every activation
 * takes one out and puts one in, anywhere in the row.
 */
export class IdleContainers {
  #first: PooledContainer | undefined;
  #last: PooledContainer | undefined;
  #memoryMiB = 0;

  /** Memory limits of them all together. */
  get memoryMiB(): number {
    return this.#memoryMiB;
  }

  /** The one that has not been used for longest. */
  get first(): PooledContainer | undefined {
    return this.#first;
  }

  add(pooled: PooledContainer): void {
    pooled.isIdle = true;
    pooled.previousIdle = this.#last;
    if (this.#last === undefined) this.#first = pooled;
    else this.#last.nextIdle = pooled;
    this.#last = pooled;
    this.#memoryMiB += pooled.group.memoryMiB;
  }

  /** Takes one out; nothing happens when it is not idle. */
  remove(pooled: PooledContainer): void {
    if (!pooled.isIdle) return;
    const { previousIdle, nextIdle } = pooled;
    if (previousIdle === undefined) this.#first = nextIdle;
    else previousIdle.nextIdle = nextIdle;
    if (nextIdle === undefined) this.#last = previousIdle;
    else nextIdle.previousIdle = previousIdle;
    pooled.previousIdle = undefined;
    pooled.nextIdle = undefined;
    pooled.isIdle = false;
    this.#memoryMiB -= pooled.group.memoryMiB;
  }

  /** Every one of a group. */
  of(group: PooledContainer['group']): readonly PooledContainer[] {
    const found: PooledContainer[] = [];
    for (let each = this.#first; each !== undefined; each = each.nextIdle)
      if (each.group === group) found.push(each);
    return found;
  }
}
