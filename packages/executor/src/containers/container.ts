import { randomBytes } from 'node:crypto';
import type {
  EnvironmentEntries,
  GuestAnswer,
  InitRequest,
  RunRequestBody,
} from '@wasmwhisk/protocol';
import type { RunnerContainer } from '@wasmwhisk/runner';
import {
  assertHttpGranted,
  type DirectoryGrant,
  type RunEnd,
  type RunUsage,
} from '@wasmwhisk/runtime';
import { executorError } from '../errors.js';
import { toInitFailure, toRunFailure } from '../failure.js';
import { ActivationLog, type ActivationLogLimits } from '../logs/activation-log.js';
import {
  assertDirectoriesAllowed,
  assertRuntimeAllowed,
  containerFolder,
  createDirectories,
  grantHttp,
  readCapabilityRequests,
} from '../policy.js';
import type { PreparedCode, StoredCode, WantedRuntime } from '../preparation/preparation.js';
import { removeTree } from '../preparation/remove-tree.js';
import type { Lease } from '../preparation/shared-cache.js';
import type { Caller } from './caller.js';
import type { ContainerServices, RunOutcomeKind } from './container-services.js';
import { RunBag } from './run-bag.js';
import { ContainerEnvironment } from './environment.js';

/** The action that a container holds after a good `/init`. */
interface Action {
  readonly runner: RunnerContainer;
  readonly prepared: Lease<PreparedCode>;
  readonly environment: ContainerEnvironment;
  /** The container's own folder below the operator's root. */
  readonly folder: string | undefined;
}

/** Limits of one container where they are narrower than the configuration's. */
export interface ContainerLimits {
  /** Default: `limits.memoryBytes`, which also bounds it. */
  readonly memoryBytes?: number;
  /** Default: `limits.logBytes`, which also bounds it. 0: nothing is kept, and nobody is told so. */
  readonly logBytes?: number;
}

/** How a container is initialized where no `/init` says it. */
export interface InitializeOptions extends ContainerLimits {
  /** Takes the place of `InitRequest.code`. */
  readonly code?: StoredCode;
}

/** A good `/run`, and what it cost. */
export interface RunAnswer {
  readonly activationId: string;
  readonly answer: GuestAnswer;
  readonly usage: RunUsage;
  readonly queuedMs: number;
  readonly ranMs: number;
  readonly logBytes: number;
}

let nextKey = 1;

/**
 * A logical slot addressed by container id: takes one action by `initialize`, runs it, and goes by
 * `destroy`. Checks come in the order that OpenWhisk's test suites expect.
 */
export class Container {
  readonly id: string;
  /** Unique in this process even when an id comes back. */
  readonly key: string;
  readonly #services: ContainerServices;
  /** The unit of trust of runs that share nothing with other containers. */
  readonly #ownUnit: string;
  #logLimits: ActivationLogLimits;
  #action: Action | undefined;
  #initializing = false;
  #destroyed = false;
  readonly #runs = new RunBag();
  readonly #onDestroy: (() => void)[] = [];
  /** Sweeps since the last use; counted in sweeps and not in time, which jumps when a process was frozen. */
  idleSweeps = 0;

  constructor(id: string, services: ContainerServices) {
    this.id = id;
    this.key = `${id}#${String(nextKey++)}`;
    this.#ownUnit = `container ${this.key}`;
    this.#services = services;
    this.#logLimits = services.logLimits;
  }

  get initialized(): boolean {
    return this.#action !== undefined;
  }

  /** Neither initializing nor running anything. */
  get idle(): boolean {
    return !this.#initializing && this.#runs.size === 0;
  }

  get running(): number {
    return this.#runs.size;
  }

  /** Called once when the container is destroyed, such as to close its port. */
  onDestroy(callback: () => void): void {
    this.#onDestroy.push(callback);
  }

  /** @throws ExecutorError `WW_ERR_CONTAINER_INITIALIZED`, `WW_ERR_CONTAINER_INITIALIZING` */
  assertInitializable(): void {
    if (this.#action !== undefined) throw this.#refuse('WW_ERR_CONTAINER_INITIALIZED');
    if (this.#initializing) throw this.#refuse('WW_ERR_CONTAINER_INITIALIZING');
  }

  /**
   * Takes an action. After a failure another one may be tried.
   *
   * @throws ExecutorError, WasmRuntimeError
   */
  async initialize(request: InitRequest, options: InitializeOptions = {}): Promise<void> {
    this.assertInitializable();
    const code = options.code ?? request.code;
    if (code === undefined) throw executorError('WW_ERR_CODE_MISSING');
    this.#initializing = true;
    const { logLimits } = this.#services;
    this.#logLimits = {
      ...logLimits,
      bytes: Math.min(options.logBytes ?? logLimits.bytes, logLimits.bytes),
    };
    const startedAt = performance.now();
    try {
      this.#action = await this.#createAction(request, code, options);
      if (this.#destroyed) {
        await this.#dropAction();
        throw executorError('WW_ERR_CONTAINER_DESTROYED');
      }
    } catch (error) {
      const failure = toInitFailure(error);
      const log = this.#openLog(environmentValue(request.environment, '__OW_ACTIVATION_ID') ?? '');
      log.diagnose(`Error during initialization: ${failure.text}`);
      this.#endLog(log);
      throw error;
    } finally {
      this.#initializing = false;
      this.#services.observer.initialized((performance.now() - startedAt) / 1000);
    }
  }

  /** Answers a `/run` whose argument is no dictionary: refused, but the reader of logs still waits for the end. */
  refuseArgument(activationId: string | undefined): Error {
    this.#endLog(this.#openLog(activationId ?? ''));
    return executorError('WW_ERR_REQUEST_NOT_DICTIONARY');
  }

  /** @throws ExecutorError `WW_ERR_CONTAINER_UNINITIALIZED`, `WW_ERR_CONTAINER_BUSY` */
  assertRunnable(): void {
    if (this.#action === undefined) throw executorError('WW_ERR_CONTAINER_UNINITIALIZED');
    if (this.#runs.size >= this.#services.concurrency) throw this.#refuse('WW_ERR_CONTAINER_BUSY');
  }

  /**
   * Runs one activation. When the caller goes away the guest is ended.
   *
   * @throws ExecutorError, WasmRuntimeError
   */
  async run(request: RunRequestBody, caller?: Caller): Promise<RunAnswer> {
    this.assertRunnable();
    const action = this.#action;
    if (action === undefined) throw executorError('WW_ERR_CONTAINER_UNINITIALIZED');
    const { runner, observer } = this.#services;
    const activationId = request.activationId ?? randomBytes(16).toString('hex');
    const controller = new AbortController();
    this.#runs.add(controller);
    caller?.await(controller);
    const log = this.#openLog(activationId);
    observer.runStarted();
    const startedAt = performance.now();
    let outcome: RunOutcomeKind = 'internal-error';
    try {
      const { result, usage, queuedMs, ranMs } = await runner.run(
        action.runner,
        {
          activationId,
          input: request.value,
          environment: action.environment.with(request.context),
          deadlineEpochMs: this.#deadline(request.deadlineEpochMs),
          trustUnit: this.#trustUnit(request),
          logBytesMax: this.#logLimits.bytes,
          logs: log,
        },
        controller.signal,
      );
      outcome = result.type === 'ok' ? 'success' : 'application-error';
      return { activationId, answer: result, usage, queuedMs, ranMs, logBytes: log.bytes };
    } catch (error) {
      const failure = toRunFailure(error);
      outcome = failure.internal ? 'internal-error' : 'developer-error';
      for (const line of failure.logLines) log.diagnose(line);
      throw error;
    } finally {
      this.#endLog(log);
      this.#runs.delete(controller);
      caller?.forget(controller);
      observer.runEnded(outcome, (performance.now() - startedAt) / 1000);
    }
  }

  /** Ends every run, waits until the guests are gone, and frees everything. Idempotent. */
  async destroy(reason: RunEnd = { type: 'destroyed' }): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#runs.abort(reason);
    for (const callback of this.#onDestroy) callback();
    await this.#dropAction();
  }

  async #createAction(
    request: InitRequest,
    code: Uint8Array | StoredCode,
    limits: ContainerLimits,
  ): Promise<Action> {
    const { config, preparation, runner } = this.#services;
    const wanted: WantedRuntime = (descriptor, description) => {
      const requests = readCapabilityRequests(request.annotations, descriptor);
      // Checked again for each container; here it saves the compilation.
      if (description !== undefined) assertDirectoriesAllowed(requests, config.policy);
      if (description?.format === 'module')
        assertHttpGranted(description.imports, grantHttp(requests, config.policy));
      const { runtime } = requests;
      if (runtime === undefined || runtime === config.runtime.name) return config.runtime.name;
      assertRuntimeAllowed(runtime, config.policy);
      return runtime;
    };
    const { binary, main } = request;
    const memoryBytes = Math.min(
      limits.memoryBytes ?? config.limits.memoryBytes,
      config.limits.memoryBytes,
    );
    const prepared = await preparation.prepare({ code, binary, main, memoryBytes }, wanted);
    let folder: string | undefined;
    try {
      const { compiled, descriptor, entry, filesFolder } = prepared.value;
      const requests = readCapabilityRequests(request.annotations, descriptor);
      assertDirectoriesAllowed(requests, config.policy);
      const directories: DirectoryGrant[] = [];
      if (requests.directories.length > 0) {
        folder = containerFolder(await this.#services.directories.path(), this.key);
        directories.push(
          ...(await createDirectories(folder, requests.directories, config.limits.directoryBytes)),
        );
      }
      if (filesFolder !== undefined)
        directories.unshift({ hostPath: filesFolder, guestPath: '.', access: 'read-only' });
      const { tableElements, resultBytes } = config.limits;
      const initialized = await runner.initialize(this.key, compiled, {
        entry,
        limits: { memoryBytes, tableElements, resultBytes },
        directories,
        http: grantHttp(requests, config.policy),
      });
      const environment = new ContainerEnvironment(
        this.#services.baseEnvironment,
        request.environment,
      );
      return { runner: initialized, prepared, environment, folder };
    } catch (error) {
      prepared.release();
      await this.#removeFolder(folder);
      throw error;
    }
  }

  async #dropAction(): Promise<void> {
    const action = this.#action;
    this.#action = undefined;
    if (action === undefined) return;
    // A guest may write until it is gone: only then its files go, its own and those of its archive.
    await this.#runs.whenEmpty();
    await this.#services.runner.destroy(action.runner);
    action.prepared.release();
    await this.#removeFolder(action.folder);
  }

  /** What cannot be removed is the operator's to look after, and no fault of whoever destroys the container. */
  async #removeFolder(folder: string | undefined): Promise<void> {
    if (folder === undefined) return;
    try {
      await removeTree(folder);
    } catch (error) {
      this.#services.onLeftOver(folder, error);
    }
  }

  #deadline(asked: number | undefined): number {
    const { timeoutMs, timeoutMsMax, deadlineMarginMs } = this.#services.config.limits;
    const now = Date.now();
    if (asked === undefined) return now + Math.min(timeoutMs, timeoutMsMax);
    return Math.min(asked - deadlineMarginMs, now + timeoutMsMax);
  }

  #trustUnit(request: RunRequestBody): string {
    return this.#services.config.runtime.trustUnit === 'namespace' &&
      request.namespace !== undefined
      ? `namespace ${request.namespace}`
      : this.#ownUnit;
  }

  #refuse(
    code:
      'WW_ERR_CONTAINER_INITIALIZED' | 'WW_ERR_CONTAINER_INITIALIZING' | 'WW_ERR_CONTAINER_BUSY',
  ): Error {
    const error = executorError(code);
    this.#services.destination.refusal(this.id, `Internal system error: ${error.message}`);
    return error;
  }

  #openLog(activationId: string): ActivationLog {
    const { destination } = this.#services;
    return new ActivationLog(this.#logLimits, { containerId: this.id, activationId }, destination);
  }

  #endLog(log: ActivationLog): void {
    log.end();
    this.#services.destination.end(log.owner);
  }
}

function environmentValue(entries: EnvironmentEntries, name: string): string | undefined {
  return entries.findLast((entry) => entry[0] === name)?.[1];
}
