import { toInitFailure, type RunAnswer } from '@wasmwhisk/executor';
import type { InitRequest, RunRequestBody } from '@wasmwhisk/protocol';
import type { StandaloneConfig } from '../config/schema.js';
import type { ActivationRecord } from '../entities/activation-record.js';
import type { CodeExec } from '../entities/entity.js';
import type { KeyValue } from '../entities/key-value.js';
import type { CodeStore } from '../storage/stores.js';
import { factsOf } from './action-facts.js';
import type { ActivationLogs } from './activation-logs.js';
import { mergeArguments } from './arguments.js';
import type { PooledContainer } from './container-group.js';
import { PoolError, type ContainerPool } from './container-pool.js';
import { toRecord } from './record.js';
import {
  toAnswerResponse,
  toErrorResponse,
  toFailedRun,
  type ActivationResponse,
} from './response.js';
import type { ActivationTask } from './task.js';

const mebibyte = 1024 * 1024;

/** How often a container may vanish under an activation before it is given up. */
const attemptsMax = 5;

export interface ActionRunnerOptions {
  readonly pool: ContainerPool;
  readonly codes: CodeStore;
  readonly logs: ActivationLogs;
  readonly config: {
    readonly api: Pick<StandaloneConfig['api'], 'resultBytesMax'>;
    readonly limits: Pick<StandaloneConfig['limits'], 'deadlineMarginMs'>;
  };
  readonly apiHost: () => string;
  readonly now: () => number;
  /** Told of faults of ours, which the record only names. */
  readonly onError: (error: unknown, activationId: string) => void;
}

/** How an activation went: what its record says beside what was known before. */
interface Course {
  readonly response: ActivationResponse;
  /** Until the container was there and, with it, a thread. */
  readonly waitMs: number;
  /** Only of a cold start. */
  readonly initMs: number | undefined;
  readonly runMs: number;
  readonly timedOut: boolean;
  readonly peakMemoryBytes?: number | undefined;
  readonly cpuTimeUs?: number | undefined;
}

/** Runs actions that have code, each in a container of the pool. */
export class ActionRunner {
  readonly #options: ActionRunnerOptions;

  constructor(options: ActionRunnerOptions) {
    this.#options = options;
  }

  async run(task: ActivationTask, exec: CodeExec): Promise<ActivationRecord> {
    const arrivedAt = performance.now();
    const course = await this.#runAttempts(task, exec, arrivedAt);
    const { activationId, target, arrivedEpochMs } = task;
    const { response, waitMs, initMs, runMs, timedOut } = course;
    const durationMs = Math.round((initMs ?? 0) + runMs);
    const startEpochMs = arrivedEpochMs + Math.round(waitMs);
    const annotations: KeyValue[] = [
      ...factsOf(target.action).recordAnnotations,
      timedOut ? timedOutAnnotation : inTimeAnnotation,
      { key: 'waitTime', json: String(Math.round(waitMs)) },
      initMs === undefined ? warmAnnotation : coldAnnotation,
    ];
    if (initMs !== undefined)
      annotations.push({ key: 'initTime', json: String(Math.round(initMs)) });
    if (course.peakMemoryBytes !== undefined)
      annotations.push({ key: 'peakMemory', json: String(course.peakMemoryBytes) });
    if (course.cpuTimeUs !== undefined)
      annotations.push({ key: 'cpuTime', json: String(Math.round(course.cpuTimeUs)) });
    const lines = this.#options.logs.take(activationId);
    return toRecord(task, {
      startEpochMs,
      endEpochMs: startEpochMs + durationMs,
      durationMs,
      response,
      // A limit of 0 means that nothing is collected, our own lines included.
      logs: target.action.limits.logsMiB === 0 ? [] : lines,
      annotations,
    });
  }

  async #runAttempts(task: ActivationTask, exec: CodeExec, arrivedAt: number): Promise<Course> {
    const { pool } = this.#options;
    const group = pool.group(task.identity.namespace, task.target, exec);
    for (let attempt = 1; ; attempt += 1) {
      let pooled = pool.takeNow(group);
      let initMs: number | undefined;
      let startedAt = performance.now();
      if (pooled === undefined) {
        try {
          pooled = await pool.take(group);
        } catch (error) {
          if (!(error instanceof PoolError)) throw error;
          const waitMs = performance.now() - arrivedAt;
          return failedCourse(toErrorResponse(3, error.message), { waitMs });
        }
        startedAt = performance.now();
        if (!pooled.ready) {
          const failed = await this.#initialize(pooled, task, arrivedAt);
          if (failed !== undefined) return failed;
          initMs = performance.now() - startedAt;
        }
      }
      if (!pooled.gone) {
        const waitMs = startedAt - arrivedAt;
        return await this.#runIn(pooled, task, waitMs, initMs);
      }
      // The executor destroyed it between two steps of ours.
      pool.release(pooled);
      if (attempt === attemptsMax)
        return failedCourse(
          toErrorResponse(3, 'The container was destroyed before the activation began.'),
          { waitMs: performance.now() - arrivedAt },
        );
    }
  }

  async #runIn(
    pooled: PooledContainer,
    task: ActivationTask,
    waitedMs: number,
    initMs: number | undefined,
  ): Promise<Course> {
    const { pool, config } = this.#options;
    const { timeoutMs, memoryMiB } = task.target.action.limits;
    const startedAt = performance.now();
    let ran: RunAnswer;
    try {
      ran = await pooled.container.run(this.#toRun(task));
    } catch (error) {
      const failure = toFailedRun(error, timeoutMs, memoryMiB);
      // Who destroyed the container knows why its runs ended.
      if (failure.internal && !pooled.gone) this.#options.onError(error, task.activationId);
      // A guest that fails leaves nothing behind, because every run is a fresh instance: only faults
      // of ours cost the container.
      pool.release(pooled, failure.broken);
      const { response, timedOut, peakMemoryBytes, began } = failure;
      const spentMs = performance.now() - startedAt;
      const [waitMs, runMs] = began ? [waitedMs, spentMs] : [waitedMs + spentMs, 0];
      return { response, waitMs, initMs, runMs, timedOut, peakMemoryBytes };
    }
    pool.release(pooled);
    const { answer, usage, queuedMs, ranMs } = ran;
    return {
      response: toAnswerResponse(answer, config.api.resultBytesMax),
      waitMs: waitedMs + queuedMs,
      initMs,
      runMs: ranMs,
      timedOut: false,
      peakMemoryBytes: usage.peakMemoryBytes,
      cpuTimeUs: usage.cpuTimeUs,
    };
  }

  /** @returns how the activation ended, when it ends here. */
  async #initialize(
    pooled: PooledContainer,
    task: ActivationTask,
    arrivedAt: number,
  ): Promise<Course | undefined> {
    const { pool } = this.#options;
    const { timeoutMs } = pooled.group.action.limits;
    const startedAt = performance.now();
    const initialized = this.#startInitialization(pooled);
    const waitMs = startedAt - arrivedAt;
    try {
      if (await inTime(initialized, timeoutMs)) {
        pool.initialized(pooled);
        return undefined;
      }
      // It goes on, and the next activation finds it done.
      initialized.then(
        () => {
          pooled.ready = true;
          pool.release(pooled);
        },
        () => {
          pool.release(pooled, true);
        },
      );
      const text = `The action exceeded its time limits of ${String(timeoutMs)} milliseconds during initialization.`;
      const initMs = performance.now() - startedAt;
      return failedCourse(toErrorResponse(2, text), { waitMs, initMs, timedOut: true });
    } catch (error) {
      const { text, status } = toInitFailure(error);
      // Whatever the executor takes for a fault of the code or of its developer is one here.
      const isOurs = status >= 500 && status !== 502;
      if (isOurs && !pooled.gone) this.#options.onError(error, task.activationId);
      pool.release(pooled, true);
      const initMs = performance.now() - startedAt;
      return failedCourse(toErrorResponse(isOurs ? 3 : 2, text), { waitMs, initMs });
    }
  }

  async #startInitialization({ container, group }: PooledContainer): Promise<void> {
    const { action, exec, environment } = group;
    const load = (): Uint8Array => {
      const bytes = this.#options.codes.get(exec.codeDigest);
      if (bytes !== undefined) return bytes;
      throw new Error(`The code with the digest ${exec.codeDigest} is not in the storage.`);
    };
    const request: InitRequest = {
      name: action.path.name,
      main: exec.main ?? 'main',
      binary: exec.binary,
      code: exec.binary ? undefined : load(),
      environment,
      annotations: new Map(
        action.annotations.map(({ key, json }) => [key, JSON.parse(json) as unknown]),
      ),
    };
    await container.initialize(request, {
      memoryBytes: action.limits.memoryMiB * mebibyte,
      logBytes: action.limits.logsMiB * mebibyte,
      // Bytes need not become base64, and are not even read when the code is ready.
      ...(exec.binary ? { code: { digest: exec.codeDigest, load } } : {}),
    });
  }

  #toRun({
    identity,
    target: { action, parameters },
    payload,
    activationId,
    transactionId,
  }: ActivationTask): RunRequestBody {
    const { apiHost, now, config } = this.#options;
    const { pathText, providesApiKey } = factsOf(action);
    const { namespace } = identity;
    const actionName = `/${pathText}`;
    const deadlineEpochMs = now() + action.limits.timeoutMs;
    const context: [string, string][] = [
      ['__OW_NAMESPACE', namespace],
      ['__OW_ACTION_NAME', actionName],
      ['__OW_ACTION_VERSION', action.version],
      ['__OW_ACTIVATION_ID', activationId],
      ['__OW_TRANSACTION_ID', transactionId],
      ['__OW_DEADLINE', String(deadlineEpochMs)],
      ['__OW_API_HOST', apiHost()],
    ];
    if (providesApiKey) context.push(['__OW_API_KEY', identity.authKey]);
    return {
      value: mergeArguments(parameters, payload),
      context,
      activationId,
      transactionId,
      namespace,
      actionName,
      // The executor ends runs this long before, for callers behind a network.
      deadlineEpochMs: deadlineEpochMs + config.limits.deadlineMarginMs,
    };
  }
}

const timedOutAnnotation: KeyValue = { key: 'timeout', json: 'true' };
const inTimeAnnotation: KeyValue = { key: 'timeout', json: 'false' };
const coldAnnotation: KeyValue = { key: 'start', json: '"cold"' };
const warmAnnotation: KeyValue = { key: 'start', json: '"warm"' };

function failedCourse(
  response: ActivationResponse,
  course: Pick<Course, 'waitMs'> & Partial<Pick<Course, 'initMs' | 'timedOut'>>,
): Course {
  const { waitMs, initMs, timedOut = false } = course;
  return { response, waitMs, initMs, runMs: 0, timedOut };
}

/** Whether it is done before its time is up. What fails in time is thrown; what fails later is the caller's. */
async function inTime(work: Promise<void>, timeoutMs: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => {
    late.resolve(false);
  }, timeoutMs);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
