import type { SleepOptions } from '../core/waiting.js';

/** What the resources of one run share. */
export interface GuestContext extends SleepOptions {
  /**
   * Told why a wait ended without being over. The guest is not told: its promise stays pending,
   * because the glue that jco 0.15 generates loses a rejection. Who runs the guest ends it.
   */
  readonly onFailure: (reason: unknown) => void;
  readonly resources: ResourceBudget;
}

/** Most bytes of the host that the resources of one run may take. */
const resourceBytesMax = 64 * 1024 * 1024;

/**
 * What a run's resources cost the host, about. A guest makes them in memory that no limit of its own
 * covers, and drops them when it likes.
 */
export class ResourceBudget {
  #leftBytes: number;

  constructor(bytes: number = resourceBytesMax) {
    this.#leftBytes = bytes;
  }

  /** @throws WebAssembly.RuntimeError when nothing is left: the guest traps. */
  take(bytes: number): void {
    if (bytes > this.#leftBytes)
      throw new WebAssembly.RuntimeError('too many resources are open at once');
    this.#leftBytes -= bytes;
  }

  giveBack(bytes: number): void {
    this.#leftBytes += bytes;
  }
}

/** Bytes for the object, its entries in the glue's tables, and its handle. */
const objectBytes = 512;

/** A thing of the host that a guest holds by a handle. Dropping the handle disposes it. */
export class GuestResource {
  readonly context: GuestContext;
  #bytes: number;

  /** @param extraBytes - what it holds beside itself */
  constructor(context: GuestContext, extraBytes = 0) {
    this.context = context;
    this.#bytes = objectBytes + extraBytes;
    context.resources.take(this.#bytes);
  }

  /** Idempotent. */
  [Symbol.dispose](): void {
    this.context.resources.giveBack(this.#bytes);
    this.#bytes = 0;
  }
}
