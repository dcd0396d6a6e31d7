import type { Container } from '@wasmwhisk/executor';
import type { EnvironmentEntries } from '@wasmwhisk/protocol';
import type { Action, CodeExec } from '../entities/entity.js';

/** A container of the pool, and how it is used. */
export class PooledContainer {
  readonly group: ContainerGroup;
  readonly container: Container;
  /** Activations that hold it, those that initialize it included. */
  uses = 0;
  /** Initialized. */
  ready = false;
  /** Given to nobody any more, and destroyed when the last run in it ends. */
  broken = false;
  /** Destroyed, by the pool or by the executor. */
  gone = false;
  /** Neighbours among the idle ones; the pool's own. */
  previousIdle: PooledContainer | undefined;
  nextIdle: PooledContainer | undefined;
  isIdle = false;

  constructor(group: ContainerGroup, container: Container) {
    this.group = group;
    this.container = container;
  }
}

/** Who waits for a container. */
export interface Waiter {
  /** In the order of arrival. */
  readonly number: number;
  readonly give: (container: PooledContainer) => void;
  readonly refuse: (error: Error) => void;
}

/** What a group's containers have in common. */
export interface GroupDescription {
  /** Of the action, the namespace, and the binding where it matters. */
  readonly key: string;
  /** Who may share them: the namespace that invokes. */
  readonly namespace: string;
  readonly action: Action;
  readonly exec: CodeExec;
  /** What tells it from the group after a change of the action or of what goes to `/init`. */
  readonly revision: string;
  /** Parameters marked `init`. */
  readonly environment: EnvironmentEntries;
  /** Overlapping runs of one container. */
  readonly concurrency: number;
}

/** The containers of one revision of an action for one namespace, and who waits for them. */
export class ContainerGroup {
  readonly key: string;
  readonly namespace: string;
  readonly action: Action;
  readonly exec: CodeExec;
  readonly revision: string;
  readonly environment: EnvironmentEntries;
  readonly concurrency: number;
  readonly instancesMax: number;
  readonly memoryMiB: number;
  /** Found by its key: neither replaced by a later revision nor forgotten. */
  registered = true;
  /** How many there are, starting ones included. */
  size = 0;
  /** Initialized and with room for another run; the one used last is at the end. */
  readonly #open: PooledContainer[] = [];
  readonly #waiters: Waiter[] = [];

  constructor(description: GroupDescription) {
    const { action } = description;
    this.key = description.key;
    this.namespace = description.namespace;
    this.action = action;
    this.exec = description.exec;
    this.revision = description.revision;
    this.environment = description.environment;
    this.concurrency = description.concurrency;
    // A limit of none would never let anything run.
    this.instancesMax = Math.max(1, action.limits.instances ?? Infinity);
    this.memoryMiB = action.limits.memoryMiB;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** Number of who has waited longest. */
  get firstNumber(): number | undefined {
    return this.#waiters[0]?.number;
  }

  /** Whether a run could begin, were there memory. */
  get canServe(): boolean {
    return this.#open.length > 0 || this.size < this.instancesMax;
  }

  /** Takes the container that was used last, if there is one with room. */
  take(): PooledContainer | undefined {
    const pooled = this.#open.at(-1);
    if (pooled === undefined) return undefined;
    pooled.uses += 1;
    if (pooled.uses >= this.concurrency) this.#open.pop();
    return pooled;
  }

  /** A run is over, or the container has just been initialized: it has room again. */
  reopen(pooled: PooledContainer): void {
    const wasLast = this.#open.at(-1) === pooled;
    if (wasLast) return;
    if (this.concurrency > 1) this.withdraw(pooled);
    this.#open.push(pooled);
  }

  /** Nobody gets it any more. */
  withdraw(pooled: PooledContainer): void {
    const index = this.#open.lastIndexOf(pooled);
    if (index >= 0) this.#open.splice(index, 1);
  }

  /** The container is destroyed. */
  drop(pooled: PooledContainer): void {
    this.size -= 1;
    this.withdraw(pooled);
  }

  wait(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  nextWaiter(): Waiter | undefined {
    return this.#waiters.shift();
  }
}
