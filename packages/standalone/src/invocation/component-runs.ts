import type { JsonText } from '@wasmwhisk/json-text';
import type { Catalog } from '../catalog/catalog.js';
import type { ResolvedAction } from '../catalog/resolved-action.js';
import { sequenceDepthMax } from '../catalog/sequence-rules.js';
import type { ActivationRecord } from '../entities/activation-record.js';
import { toPathText, type EntityPath } from '../entities/entity-path.js';
import type { KeyValue } from '../entities/key-value.js';
import { toLimitsText } from '../entities/limits.js';
import { isRejection } from '../rejections.js';
import { factsOf } from './action-facts.js';
import { createActivationId } from './activation-ids.js';
import { toRecord } from './record.js';
import type { ActivationResponse } from './response.js';
import type { ActivationTask, RunTask } from './task.js';

/** What sequences and compositions need to run what they are made of. */
export interface ComponentServices {
  readonly catalog: Catalog;
  readonly run: RunTask;
  /** Keeps the record of a component. */
  readonly store: (record: ActivationRecord) => Promise<void>;
  readonly now: () => number;
}

/** The components of one sequence or composition as they run, and what is known of them together. */
export class ComponentRuns {
  readonly #services: ComponentServices;
  readonly #task: ActivationTask;
  readonly #stored: Promise<void>[] = [];
  /** Activation ids in order. */
  readonly ids: string[] = [];
  durationMs = 0;
  memoryMiBMax = 0;
  /** Of the first one. */
  waitMs: number | undefined;

  constructor(services: ComponentServices, task: ActivationTask) {
    this.#services = services;
    this.#task = task;
  }

  /**
   * Finds a component with the caller's rights, as it is now.
   *
   * @returns why it cannot be run, when it cannot
   */
  resolve(path: EntityPath): ResolvedAction | string {
    try {
      return this.#services.catalog.resolveAction(this.#task.identity, path);
    } catch (error) {
      if (!isRejection(error)) throw error;
      return `The component "/${toPathText(path)}" cannot be invoked: ${error.message}`;
    }
  }

  /**
   * Runs a component; its record is stored when `settled` is.
   *
   * @param run Default: whatever the target is.
   */
  async run(
    target: ResolvedAction,
    payload: JsonText,
    run: RunTask = this.#services.run,
  ): Promise<ActivationRecord> {
    const { activationId: cause, identity, transactionId, depth, budget } = this.#task;
    const arrivedEpochMs = this.#services.now();
    const record = await run({
      activationId: createActivationId(),
      identity,
      target,
      payload,
      transactionId,
      arrivedEpochMs,
      cause,
      depth: depth + 1,
      budget,
    });
    this.ids.push(record.activationId);
    this.durationMs += record.durationMs ?? 0;
    this.memoryMiBMax = Math.max(this.memoryMiBMax, target.action.limits.memoryMiB);
    this.waitMs ??= Math.max(0, record.startEpochMs - this.#task.arrivedEpochMs);
    const stored = this.#services.store(record);
    // Looked at when all are there.
    stored.catch(() => undefined);
    this.#stored.push(stored);
    return record;
  }

  /** Every component's record is stored. @throws what storage threw */
  async settled(): Promise<void> {
    await Promise.all(this.#stored);
  }

  /** The record of the whole. */
  toRecord(response: ActivationResponse, annotations: readonly KeyValue[]): ActivationRecord {
    const { target, arrivedEpochMs, depth } = this.#task;
    const { limits } = target.action;
    const memoryMiB = this.memoryMiBMax === 0 ? limits.memoryMiB : this.memoryMiBMax;
    const own = factsOf(target.action).recordAnnotations.filter(
      ({ key }) => key !== 'limits' && key !== 'kind',
    );
    return toRecord(this.#task, {
      startEpochMs: arrivedEpochMs,
      endEpochMs: Math.max(arrivedEpochMs, this.#services.now()),
      durationMs: this.durationMs,
      response: { ...response, resultBytes: undefined },
      logs: this.ids,
      annotations: [
        ...own,
        { key: 'kind', json: '"sequence"' },
        { key: 'limits', json: toLimitsText({ ...limits, memoryMiB }) },
        { key: 'topmost', json: String(depth === 0) },
        { key: 'timeout', json: 'false' },
        { key: 'waitTime', json: String(this.waitMs ?? 0) },
        ...annotations,
      ],
    });
  }
}

/** Why nothing more is run, if so. */
export function exhaustion({ depth, budget }: ActivationTask): string | undefined {
  // As deep as sequences may be written; those of compositions, and what changes meanwhile, can get beyond.
  if (depth > sequenceDepthMax)
    return `Sequences and compositions lie more than ${String(sequenceDepthMax)} deep in each other.`;
  return budget.components < 0
    ? 'The sequence or composition has more components than are allowed (api.sequenceLengthMax).'
    : undefined;
}
