import type { Executor } from '@wasmwhisk/executor';
import type { Logger } from 'pino';
import type { Catalog } from '../catalog/catalog.js';
import type { StandaloneConfig } from '../config/schema.js';
import type { ActivationRecord } from '../entities/activation-record.js';
import { Rejection } from '../rejections.js';
import type { Storage } from '../storage/stores.js';
import { factsOf } from './action-facts.js';
import { ActionRunner } from './action-run.js';
import { createActivationId } from './activation-ids.js';
import type { ActivationLogs } from './activation-logs.js';
import { CompositionRunner } from './composition-run.js';
import { ContainerPool, type PoolStatus } from './container-pool.js';
import type { FireRequest, InvocationOutcome, InvocationRequest, Invoker } from './invocation.js';
import { toAccepted, toRecord } from './record.js';
import { toErrorResponse } from './response.js';
import { SequenceRunner } from './sequence-run.js';
import type { ActivationTask } from './task.js';
import { Throttles } from './throttles.js';
import { TriggerFiring } from './trigger-firing.js';

export interface ActivationInvokerOptions {
  readonly config: StandaloneConfig;
  readonly logger: Logger;
  readonly storage: Pick<Storage, 'activations' | 'codes' | 'entities'>;
  readonly catalog: Catalog;
  readonly executor: Executor;
  /** Where the executor's guests write. */
  readonly logs: ActivationLogs;
  readonly apiHost: () => string;
  readonly now: () => number;
}

export interface InvokerStatus extends PoolStatus {
  /** Invocations and fires in progress, waiting ones included. */
  readonly running: number;
}

/** Runs actions, sequences, compositions and triggers in the executor's containers, and leaves a record of each. */
export class ActivationInvoker implements Invoker {
  readonly #options: ActivationInvokerOptions;
  readonly #throttles: Throttles;
  readonly #pool: ContainerPool;
  readonly #actions: ActionRunner;
  readonly #sequences: SequenceRunner;
  readonly #compositions: CompositionRunner;
  readonly #firing: TriggerFiring;
  #running = 0;
  #draining = false;
  /** Called when nothing is in progress any more. */
  readonly #onQuiet: (() => void)[] = [];
  #closed: Promise<void> | undefined;

  constructor(options: ActivationInvokerOptions) {
    const { config, logger, storage, catalog, executor, now } = options;
    this.#options = options;
    this.#throttles = new Throttles(config.throttle, now);
    this.#pool = new ContainerPool({
      executor,
      pool: config.pool,
      containers: config.containers,
      onError: (error) => {
        logger.error({ err: error }, 'a container could not be destroyed');
      },
    });
    this.#actions = new ActionRunner({
      ...options,
      pool: this.#pool,
      codes: storage.codes,
      onError: (error, activation) => {
        logger.error({ err: error, activation }, 'an activation failed for a reason of ours');
      },
    });
    const components = {
      catalog,
      now,
      run: (task: ActivationTask) => this.#run(task),
      store: (record: ActivationRecord) => storage.activations.store(record),
    };
    this.#sequences = new SequenceRunner(components);
    this.#compositions = new CompositionRunner({ ...components, actions: this.#actions });
    this.#firing = new TriggerFiring({
      catalog,
      storage,
      now,
      invoker: this,
      onError: (error) => {
        logger.error({ err: error }, 'the action of a rule could not be invoked');
      },
    });
  }

  get draining(): boolean {
    return this.#draining;
  }

  status(): InvokerStatus {
    return { running: this.#running, ...this.#pool.status() };
  }

  // Throws by its promise and not at once.
  async invoke(request: InvocationRequest, waitMs: number): Promise<InvocationOutcome> {
    this.#assertOpen();
    const load = this.#throttles.begin(request.identity.namespace);
    const { sequenceLengthMax } = this.#options.config.api;
    const task: ActivationTask = {
      ...request,
      activationId: createActivationId(),
      arrivedEpochMs: this.#options.now(),
      cause: undefined,
      depth: 0,
      budget: { components: sequenceLengthMax, conductorCalls: 2 * sequenceLengthMax + 1 },
    };
    this.#running += 1;
    const invocation = new Invocation(task, this.#options.storage);
    const done = invocation.finish(this.#run(task)).finally(() => {
      this.#throttles.end(load);
      this.#ended();
    });
    return waitMs > 0
      ? invocation.wait(done, waitMs, this.#onLost)
      : invocation.answerAtOnce(done, this.#onLost);
  }

  async fire(request: FireRequest): Promise<string | undefined> {
    this.#assertOpen();
    this.#throttles.countFire(request.identity.namespace);
    this.#running += 1;
    try {
      const fired = await this.#firing.begin(request);
      if (fired === undefined) {
        this.#ended();
        return undefined;
      }
      // In the background: the caller has nothing to wait for.
      void fired
        .finish()
        .catch(this.#onLost)
        .finally(() => {
          this.#ended();
        });
      return fired.activationId;
    } catch (error) {
      this.#ended();
      throw error;
    }
  }

  /** Takes nothing new, and waits for what is in progress, at most this long. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onQuiet.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Ends what is in progress, and waits until all of it has left its records. Idempotent. */
  close(): Promise<void> {
    this.#draining = true;
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#pool.close();
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      this.#onQuiet.push(resolve);
    });
  }

  #assertOpen(): void {
    if (this.#draining || this.#options.executor.draining)
      throw new Rejection(
        'WW_ERR_API_CLOSING',
        'The server is shutting down and takes no further invocations.',
      );
  }

  #ended(): void {
    this.#running -= 1;
    if (this.#running > 0) return;
    for (const tell of this.#onQuiet.splice(0)) tell();
  }

  readonly #onLost = (error: unknown): void => {
    this.#options.logger.error({ err: error }, 'the record of an activation was not stored');
  };

  async #run(task: ActivationTask): Promise<ActivationRecord> {
    const { exec } = task.target.action;
    try {
      if (exec.type === 'sequence') return await this.#sequences.run(task, exec);
      return await (factsOf(task.target.action).isConductor
        ? this.#compositions.run(task, exec)
        : this.#actions.run(task, exec));
    } catch (error) {
      // Whatever happens, an activation that was accepted leaves a record.
      this.#options.logger.error({ err: error, activation: task.activationId }, 'a fault of ours');
      const { arrivedEpochMs: startEpochMs, target } = task;
      // A clock that was set back meanwhile makes no run shorter than nothing.
      const endEpochMs = Math.max(startEpochMs, this.#options.now());
      return toRecord(task, {
        startEpochMs,
        endEpochMs,
        durationMs: endEpochMs - startEpochMs,
        response: toErrorResponse(
          3,
          'The activation failed for an internal reason; the log of the server has more.',
        ),
        logs: [],
        annotations: [...factsOf(target.action).recordAnnotations],
      });
    }
  }
}

/** One invocation on its way to its record, and the answer to whoever asked for it. */
class Invocation {
  readonly #task: ActivationTask;
  readonly #storage: Pick<Storage, 'activations'>;
  #storing = false;

  constructor(task: ActivationTask, storage: Pick<Storage, 'activations'>) {
    this.#task = task;
    this.#storage = storage;
  }

  async finish(run: Promise<ActivationRecord>): Promise<ActivationRecord> {
    const record = await run;
    this.#storing = true;
    await this.#storage.activations.store(record);
    return record;
  }

  async answerAtOnce(
    done: Promise<ActivationRecord>,
    onLost: (error: unknown) => void,
  ): Promise<InvocationOutcome> {
    done.catch(onLost);
    return this.#accept();
  }

  wait(
    done: Promise<ActivationRecord>,
    waitMs: number,
    onLost: (error: unknown) => void,
  ): Promise<InvocationOutcome> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // About to be answered in full. A note after the record would never be forgotten.
        if (this.#storing) return;
        done.catch(onLost);
        this.#accept().then(resolve, reject);
      }, waitMs);
      done.then(
        (record) => {
          clearTimeout(timer);
          resolve({ type: 'done', record });
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  async #accept(): Promise<InvocationOutcome> {
    const { activationId } = this.#task;
    await this.#storage.activations.accept(toAccepted(this.#task));
    return { type: 'accepted', activationId };
  }
}
