import type { ContainerGroup } from './container-group.js';

/** The groups of a namespace for which somebody waits. */
interface WaitingNamespace {
  readonly namespace: string;
  readonly groups: ContainerGroup[];
}

/** Whether a group could be served: `busy` when its own limit is in the way, `full` when memory is. */
export type Serving = 'served' | 'busy' | 'full';

/**
 * Who waits for containers: namespaces take turns, so that the backlog of one holds up nobody else, and
 * within a namespace whoever came first is served first.
 */
export class WaitingLine {
  /** The next one's turn first. */
  readonly #turns: WaitingNamespace[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A waiter was added to a group. */
  note(group: ContainerGroup): void {
    this.#size += 1;
    let waiting = this.#turns.find(({ namespace }) => namespace === group.namespace);
    if (waiting === undefined) {
      waiting = { namespace: group.namespace, groups: [] };
      this.#turns.push(waiting);
    }
    if (!waiting.groups.includes(group)) waiting.groups.push(group);
  }

  /**
   * Serves as many as can be. What does not fit into memory is not overtaken: it would wait for ever while
   * smaller ones come and go.
   *
   * @param serve Serves whoever waits longest for a group, if that is possible.
   */
  serve(serve: (group: ContainerGroup) => Serving): void {
    let inVain = 0;
    while (inVain < this.#turns.length) {
      const [turn] = this.#turns;
      if (turn === undefined) return;
      const group = firstServable(turn);
      const serving = group === undefined ? 'busy' : serve(group);
      if (serving === 'full') return;
      this.#turns.shift();
      if (group !== undefined && serving === 'served') {
        this.#size -= 1;
        if (group.waiting === 0) turn.groups.splice(turn.groups.indexOf(group), 1);
        inVain = 0;
      } else inVain += 1;
      if (turn.groups.length > 0) this.#turns.push(turn);
    }
  }

  /** Empties the line, and calls for each group in it. */
  clear(each: (group: ContainerGroup) => void): void {
    const turns = this.#turns.splice(0);
    this.#size = 0;
    for (const { groups } of turns) for (const group of groups) each(group);
  }
}

/** Of the groups whose own limits allow it the one whose first waiter came first. */
function firstServable({ groups }: WaitingNamespace): ContainerGroup | undefined {
  let first: ContainerGroup | undefined;
  for (const group of groups)
    if (group.canServe && (group.firstNumber ?? Infinity) < (first?.firstNumber ?? Infinity))
      first = group;
  return first;
}
