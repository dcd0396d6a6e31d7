import type { Container, Executor } from '@wasmwhisk/executor';
import type { Action, CodeExec } from '../src/entities/entity.js';
import { ContainerPool } from '../src/invocation/container-pool.js';

/** What a container of a test does when it is used. */
export type FakeContainer = Partial<Pick<Container, 'initialize' | 'run'>>;

/** An action with code that nobody looks at. */
export function actionOf(
  name: string,
  limits: Partial<Action['limits']> = {},
  updatedEpochMs = 1,
): Action & { readonly exec: CodeExec } {
  return {
    type: 'action',
    path: { namespace: 'guest', package: undefined, name },
    version: '0.0.1',
    publish: false,
    annotations: [],
    updatedEpochMs,
    exec: {
      type: 'code',
      kind: 'wasm:0.1',
      codeDigest: 'd'.repeat(64),
      codeBytes: 1,
      binary: true,
      main: undefined,
    },
    parameters: [],
    limits: {
      timeoutMs: 1000,
      memoryMiB: 100,
      logsMiB: 1,
      concurrency: 1,
      instances: undefined,
      ...limits,
    },
  };
}

/** The part of an executor that makes and destroys containers. */
export class FakeExecutor {
  draining = false;
  /** What to call when a container is destroyed, by its id. */
  readonly live = new Map<string, () => void>();
  /** What the next containers do; further ones do nothing. */
  readonly next: FakeContainer[] = [];
  #made = 0;

  readonly containers = {
    create: (): object => {
      const id = `c${String((this.#made += 1))}`;
      return {
        id,
        idleSweeps: 7,
        onDestroy: (callback: () => void) => {
          this.live.set(id, callback);
        },
        ...this.next.shift(),
      };
    },
    destroy: async (id: string): Promise<boolean> => {
      const callback = this.live.get(id);
      this.live.delete(id);
      callback?.();
      return Promise.resolve(callback !== undefined);
    },
  };

  get made(): number {
    return this.#made;
  }
}

export function openFakePool(
  executor: FakeExecutor,
  settings: { memoryMiB?: number; queueSizeMax?: number; max?: number } = {},
): ContainerPool {
  const { memoryMiB = 1000, queueSizeMax = 100, max = 1000 } = settings;
  return new ContainerPool({
    executor: executor as unknown as Executor,
    pool: { memoryMiB, queueSizeMax },
    containers: { max, idleMs: 1000, concurrency: 5 },
    onError: (error) => {
      throw error;
    },
  });
}
