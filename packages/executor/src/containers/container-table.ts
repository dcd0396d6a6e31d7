import { randomUUID } from 'node:crypto';
import type { RunEnd } from '@wasmwhisk/runtime';
import { executorError } from '../errors.js';
import { Container } from './container.js';
import type { ContainerServices } from './container-services.js';

/** Longest container id. Ids are path segments that callers choose. */
const idLengthMax = 256;

/**
 * Containers by id. Invokers that stop never destroy theirs, so idle ones go by themselves, and
 * the one that was used longest ago makes room when there are too many.
 */
export class ContainerTable {
  readonly #services: ContainerServices;
  /** In the order of their last use. */
  readonly #containers = new Map<string, Container>();
  /** The last of these. */
  #latest: Container | undefined;
  readonly #sweeper: NodeJS.Timeout;
  readonly #idleSweepsMax: number;

  constructor(services: ContainerServices) {
    this.#services = services;
    const { idleMs } = services.config.containers;
    const sweepMs = Math.max(100, Math.min(10_000, idleMs / 4));
    this.#idleSweepsMax = Math.ceil(idleMs / sweepMs);
    this.#sweeper = setInterval(() => {
      this.#sweep();
    }, sweepMs).unref();
  }

  get size(): number {
    return this.#containers.size;
  }

  *values(): Generator<Container> {
    yield* this.#containers.values();
  }

  /** Finds a container and notes its use. */
  get(id: string): Container | undefined {
    const container = this.#containers.get(id);
    if (container !== undefined) this.#touch(container);
    return container;
  }

  /** Like `get`, and makes the container if it does not exist: newer invokers choose ids themselves. */
  getOrCreate(id: string): Container {
    return this.get(id) ?? this.#create(id);
  }

  /** Makes a container with an id of our own. */
  create(): Container {
    return this.#create(randomUUID());
  }

  async destroy(id: string, reason?: RunEnd): Promise<boolean> {
    const container = this.#containers.get(id);
    if (container === undefined) return false;
    this.#containers.delete(id);
    if (container === this.#latest) this.#latest = undefined;
    await container.destroy(reason);
    return true;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const reason: RunEnd = { type: 'shutting-down' };
    await Promise.all([...this.#containers.keys()].map((id) => this.destroy(id, reason)));
  }

  #create(id: string): Container {
    if (id.length > idLengthMax)
      throw executorError(
        'WW_ERR_CONTAINER_ID',
        `the container id is longer than ${String(idLengthMax)} characters.`,
      );
    const { max } = this.#services.config.containers;
    if (this.#containers.size >= max) this.#makeRoom(max);
    const container = new Container(id, this.#services);
    this.#containers.set(id, container);
    this.#latest = container;
    return container;
  }

  #touch(container: Container): void {
    container.idleSweeps = 0;
    // Runs come in rows, and moving what is at the end already would only wear the map out.
    if (container === this.#latest) return;
    this.#latest = container;
    this.#containers.delete(container.id);
    this.#containers.set(container.id, container);
  }

  #makeRoom(max: number): void {
    for (const container of this.#containers.values()) {
      if (!container.idle) continue;
      void this.destroy(container.id);
      return;
    }
    throw executorError('WW_ERR_CONTAINER_LIMIT', String(max));
  }

  #sweep(): void {
    for (const container of [...this.#containers.values()]) {
      container.idleSweeps = container.idle ? container.idleSweeps + 1 : 0;
      if (container.idleSweeps >= this.#idleSweepsMax) void this.destroy(container.id);
    }
  }
}
