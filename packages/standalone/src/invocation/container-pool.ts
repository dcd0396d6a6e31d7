import type { Executor } from '@wasmwhisk/executor';
import type { ResolvedAction } from '../catalog/resolved-action.js';
import type { StandaloneConfig } from '../config/schema.js';
import type { CodeExec } from '../entities/entity.js';
import { toPathText } from '../entities/entity-path.js';
import { factsOf } from './action-facts.js';
import { toInitEnvironment } from './arguments.js';
import { ContainerGroup, PooledContainer } from './container-group.js';
import { IdleContainers } from './idle-containers.js';
import { WaitingLine, type Serving } from './waiting-line.js';

/** No container can be had. `message` is the reason, for the record of the activation. */
export class PoolError extends Error {
  override readonly name = 'PoolError';
}

export interface ContainerPoolOptions {
  readonly executor: Pick<Executor, 'containers' | 'draining'>;
  readonly pool: StandaloneConfig['pool'];
  readonly containers: StandaloneConfig['containers'];
  /** Told what went wrong where nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

export interface PoolStatus {
  readonly containers: number;
  /** Their memory limits together. */
  readonly memoryMiB: number;
  /** Activations that wait for a container. */
  readonly waiting: number;
}

/**
 * Containers for activations: those of an action's revision and the namespace that invokes it, each for as
 * many runs at once as the action's `concurrency` says. More runs get more containers, as far as memory and
 * the action's `instances` allow; idle ones make room, the one used longest ago first, and whoever finds
 * none waits.
 */
export class ContainerPool {
  readonly #options: ContainerPoolOptions;
  readonly #groups = new Map<string, ContainerGroup>();
  readonly #idle = new IdleContainers();
  readonly #line = new WaitingLine();
  /** In use or not. */
  readonly #containers = new Set<PooledContainer>();
  #memoryMiB = 0;
  #arrivals = 0;
  #closed = false;

  constructor(options: ContainerPoolOptions) {
    this.#options = options;
  }

  status(): PoolStatus {
    return {
      containers: this.#containers.size,
      memoryMiB: this.#memoryMiB,
      waiting: this.#line.size,
    };
  }

  /** The group of an action for the namespace that invokes it. */
  group(namespace: string, target: ResolvedAction, exec: CodeExec): ContainerGroup {
    const { action, parameters } = target;
    if (!parameters.some(({ init }) => init === true))
      for (const group of factsOf(action).groups)
        if (group.namespace === namespace && group.registered) return group;
    return this.#findGroup(namespace, target, exec);
  }

  /** A container with room that is there already. Give it back with `release`. */
  takeNow(group: ContainerGroup): PooledContainer | undefined {
    // Whoever waits comes first; and what is free while somebody waits is kept free for them.
    if (this.#line.size > 0 || this.#closed) return undefined;
    const pooled = group.take();
    if (pooled !== undefined) this.#use(pooled);
    return pooled;
  }

  /**
   * A container, as soon as there is one. When it is not `ready` it is to be initialized by whoever gets it, who
   * says so with `initialized`. Give it back with `release`.
   *
   * @throws PoolError when too many wait, the action's memory is more than there is, or the pool closes
   */
  async take(group: ContainerGroup): Promise<PooledContainer> {
    this.#assertOpen();
    const { memoryMiB, queueSizeMax } = this.#options.pool;
    if (group.memoryMiB > memoryMiB)
      throw new PoolError(
        `The action may use ${String(group.memoryMiB)} MiB of memory, and all containers together may use ` +
          `${String(memoryMiB)} MiB (pool.memoryMiB).`,
      );
    if (this.#line.size === 0) {
      const pooled = group.take() ?? this.#start(group);
      if (pooled !== undefined) {
        this.#use(pooled);
        return pooled;
      }
    }
    if (this.#line.size >= queueSizeMax)
      throw new PoolError(
        `No container is free, and ${String(this.#line.size)} activations wait for one already ` +
          '(pool.queueSizeMax).',
      );
    const { promise, resolve, reject } = Promise.withResolvers<PooledContainer>();
    group.wait({ number: (this.#arrivals += 1), give: resolve, refuse: reject });
    this.#line.note(group);
    this.#serve();
    return promise;
  }

  /** Whoever took a container that was not `ready` has initialized it: others may share it from now on. */
  initialized(pooled: PooledContainer): void {
    pooled.ready = true;
    const { group, gone, uses } = pooled;
    if (gone || uses >= group.concurrency) return;
    group.reopen(pooled);
    this.#serve();
  }

  /** An activation is done with a container. `broken`: nobody shall begin in it again; who is in it goes on. */
  release(pooled: PooledContainer, broken = false): void {
    pooled.uses -= 1;
    if (pooled.gone) {
      this.#serve();
      return;
    }
    const { group } = pooled;
    if (broken) {
      pooled.broken = true;
      group.withdraw(pooled);
    }
    if (pooled.uses === 0 && (pooled.broken || (!group.registered && group.waiting === 0)))
      this.#destroy(pooled);
    else {
      if (pooled.ready && !pooled.broken) group.reopen(pooled);
      if (pooled.uses === 0) this.#idle.add(pooled);
    }
    if (this.#line.size > 0) this.#serve();
  }

  /** Refuses whoever waits, and ends what runs. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const error = closingError();
    this.#line.clear((group) => {
      for (let next = group.nextWaiter(); next !== undefined; next = group.nextWaiter())
        next.refuse(error);
    });
    await Promise.all(
      [...this.#containers].map(async ({ container }) =>
        this.#options.executor.containers.destroy(container.id, { type: 'shutting-down' }),
      ),
    );
  }

  #findGroup(namespace: string, target: ResolvedAction, exec: CodeExec): ContainerGroup {
    const { action, parameters, binding } = target;
    const environment = toInitEnvironment(parameters);
    const through =
      environment.length === 0 || binding === undefined ? '' : ` ${toPathText(binding)}`;
    const key = `${namespace} ${toPathText(action.path)}${through}`;
    const revision = JSON.stringify([
      action.updatedEpochMs,
      action.version,
      exec.codeDigest,
      exec.main,
      environment,
    ]);
    const found = this.#groups.get(key);
    if (found?.revision === revision) return this.#remember(found);
    const { concurrency } = this.#options.containers;
    const group = new ContainerGroup({
      key,
      namespace,
      action,
      exec,
      revision,
      environment,
      concurrency: Math.min(action.limits.concurrency, concurrency),
    });
    if (found !== undefined && found.action.updatedEpochMs > action.updatedEpochMs) {
      // Resolved before the last change: what it runs in is not kept for anybody.
      group.registered = false;
      return group;
    }
    if (found !== undefined) this.#retire(found);
    this.#groups.set(key, group);
    return this.#remember(group);
  }

  /** Finds it without a key the next time, where that is safe. */
  #remember(group: ContainerGroup): ContainerGroup {
    if (group.environment.length > 0) return group;
    const facts = factsOf(group.action);
    if (!facts.groups.includes(group))
      facts.groups = [...facts.groups.filter(({ registered }) => registered), group];
    return group;
  }

  /** A later revision took its place: its containers go as soon as they are idle. */
  #retire(group: ContainerGroup): void {
    group.registered = false;
    for (const pooled of this.#idle.of(group)) this.#destroy(pooled);
  }

  #assertOpen(): void {
    if (this.#closed || this.#options.executor.draining) throw closingError();
  }

  /** Makes a container, and room for it. `undefined`: there is no room, or the action may have no more. */
  #start(group: ContainerGroup): PooledContainer | undefined {
    if (group.size >= group.instancesMax || !this.#makeRoom(group.memoryMiB)) return undefined;
    const pooled = new PooledContainer(group, this.#options.executor.containers.create());
    this.#containers.add(pooled);
    this.#memoryMiB += group.memoryMiB;
    group.size += 1;
    pooled.uses = 1;
    // The executor destroys what has been idle for long, and everything when it ends.
    pooled.container.onDestroy(() => {
      this.#forget(pooled);
    });
    return pooled;
  }

  #makeRoom(neededMiB: number): boolean {
    const { memoryMiB } = this.#options.pool;
    const { max } = this.#options.containers;
    const busyMiB = this.#memoryMiB - this.#idle.memoryMiB;
    if (busyMiB + neededMiB > memoryMiB) return false;
    while (this.#memoryMiB + neededMiB > memoryMiB || this.#containers.size >= max) {
      const { first } = this.#idle;
      if (first === undefined) return false;
      this.#destroy(first);
    }
    return true;
  }

  #use(pooled: PooledContainer): void {
    this.#idle.remove(pooled);
    // The executor sees uses when it looks, which may miss every one of many short ones.
    pooled.container.idleSweeps = 0;
  }

  #destroy(pooled: PooledContainer): void {
    this.#forget(pooled);
    this.#options.executor.containers.destroy(pooled.container.id).catch(this.#options.onError);
  }

  /** It is destroyed, whoever did it. */
  #forget(pooled: PooledContainer): void {
    if (pooled.gone) return;
    pooled.gone = true;
    this.#idle.remove(pooled);
    this.#containers.delete(pooled);
    const { group } = pooled;
    this.#memoryMiB -= group.memoryMiB;
    group.drop(pooled);
    if (group.size === 0 && group.waiting === 0) this.#forgetGroup(group);
    if (this.#line.size > 0 && !this.#closed)
      // Not at once: this may be called in the middle of serving.
      queueMicrotask(() => {
        this.#serve();
      });
  }

  /** So that actions that are deleted leave nothing behind. */
  #forgetGroup(group: ContainerGroup): void {
    if (!group.registered) return;
    this.#groups.delete(group.key);
    group.registered = false;
  }

  #serve(): void {
    if (this.#line.size === 0) return;
    if (this.#options.executor.draining) {
      void this.close().catch(this.#options.onError);
      return;
    }
    this.#line.serve((group) => this.#serveFirst(group));
  }

  #serveFirst(group: ContainerGroup): Serving {
    let pooled: PooledContainer | undefined;
    try {
      pooled = group.take() ?? this.#start(group);
    } catch (error) {
      // Whoever waits longest is told; the others may fare better.
      group.nextWaiter()?.refuse(error instanceof Error ? error : new Error(String(error)));
      return 'served';
    }
    if (pooled === undefined) return group.size >= group.instancesMax ? 'busy' : 'full';
    this.#use(pooled);
    const waiter = group.nextWaiter();
    waiter?.give(pooled);
    return 'served';
  }
}

function closingError(): PoolError {
  return new PoolError('The server is shutting down; the activation did not begin.');
}
