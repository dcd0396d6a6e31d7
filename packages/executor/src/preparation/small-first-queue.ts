import { queueOptionsSymbol, type Piscina } from 'piscina';

/** What a pool's queue holds; it finds the size under `queueOptionsSymbol`. */
type Task = NonNullable<ReturnType<Piscina['options']['taskQueue']['shift']>>;

/** How often a task is overtaken before it goes first, whatever its size. */
const overtakenMax = 8;

interface Place {
  readonly task: Task;
  readonly bytes: number;
  overtaken: number;
}

/**
 * A queue of a pool from which small tasks go before large ones: whoever waits behind a large module
 * waits for seconds. A task that was overtaken eight times goes next, so that none starves.
 */
export class SmallFirstQueue {
  /** In the order of arrival. */
  readonly #places: Place[] = [];

  get size(): number {
    return this.#places.length;
  }

  push(task: Task): void {
    this.#places.push({ task, bytes: bytesOf(task), overtaken: 0 });
  }

  shift(): Task | null {
    const [first] = this.#places;
    if (first === undefined) return null;
    let chosen = first;
    // The first to arrive has been overtaken at least as often as any other.
    if (first.overtaken < overtakenMax)
      for (const place of this.#places) if (place.bytes < chosen.bytes) chosen = place;
    const at = this.#places.indexOf(chosen);
    this.#places.splice(at, 1);
    for (const place of this.#places.slice(0, at)) place.overtaken += 1;
    return chosen.task;
  }

  remove(task: Task): void {
    const at = this.#places.findIndex((place) => place.task === task);
    if (at >= 0) this.#places.splice(at, 1);
  }
}

function bytesOf(task: Task): number {
  const options = (task as unknown as Record<symbol, unknown>)[queueOptionsSymbol];
  const hasSize = typeof options === 'object' && options !== null && 'bytes' in options;
  return hasSize && typeof options.bytes === 'number' ? options.bytes : 0;
}
