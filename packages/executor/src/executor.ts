import path from 'node:path';
import type { Logger } from 'pino';
import { RoutedRunner, RuntimeSource, type Runner, type RuntimeModules } from '@wasmwhisk/runner';
import type { ExecutorConfig } from './config/schema.js';
import { baseEnvironment } from './base-environment.js';
import { toEngineOptions } from './engine-options.js';
import { ContainerTable } from './containers/container-table.js';
import { createProcessDestination } from './logs/framed-destination.js';
import { LogArchive } from './logs/log-archive.js';
import type { LogDestination } from './logs/log-destination.js';
import { ServiceDestination } from './logs/service-destination.js';
import { Metrics } from './metrics.js';
import { Preparation, type PreparationRequest } from './preparation/preparation.js';
import { primer } from './preparation/primer.js';
import { TemporaryFolder } from './preparation/temporary-folder.js';
import { warmUp } from './preparation/warm-up.js';
import { RuntimeChooser, runtimeModules } from './runtimes.js';

/**
 * `service`: many containers, logs kept and mirrored into our own log. `single`: the one container
 * of a Docker image, whose streams are the log.
 */
export type ExecutorMode = 'service' | 'single';

export interface ExecutorOptions {
  readonly config: ExecutorConfig;
  readonly mode: ExecutorMode;
  readonly logger: Logger;
  /** The host's environment; guests see what `baseEnvironment` lets through. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where activations' logs go. Default: by the mode. */
  readonly destination?: LogDestination;
  /** Where the runtimes come from. Default: those that ship. */
  readonly runtimes?: RuntimeModules;
  /** What runs the guests. Default: the runtimes' own threads, and a pool of worker threads for others. */
  readonly runner?: Runner;
}

/** The executor without HTTP: containers, threads, logs and metrics. */
export class Executor implements AsyncDisposable {
  readonly config: ExecutorConfig;
  readonly mode: ExecutorMode;
  readonly logger: Logger;
  readonly containers: ContainerTable;
  readonly logs: LogArchive;
  readonly metrics: Metrics;
  readonly runner: Runner;
  /** The runtimes of this thread, loaded when they are first needed; closed with the executor. */
  readonly runtimes: RuntimeSource;
  readonly #preparation: Preparation;
  readonly #directories: TemporaryFolder;
  readonly #started: Promise<void>;
  #draining = false;
  #closed: Promise<void> | undefined;

  constructor(options: ExecutorOptions) {
    const { config, mode, logger } = options;
    this.config = config;
    this.mode = mode;
    this.logger = logger;
    this.logs = new LogArchive(mode === 'single' ? 0 : config.log.retainedBytes);
    this.metrics = new Metrics();
    this.runtimes = new RuntimeSource(options.runtimes ?? runtimeModules, {
      engine: toEngineOptions(config),
    });
    const chooser = new RuntimeChooser(this.runtimes, (name, reason) => {
      logger.warn({ runtime: name, reason }, 'a runtime is not available; others take its place');
    });
    if (options.runner === undefined) {
      const routed = this.#createRunner();
      this.runner = routed;
      this.#started = this.#start(routed, chooser);
    } else {
      this.runner = options.runner;
      this.#started = Promise.resolve();
    }
    const onLeftOver = (folder: string, error: unknown): void => {
      logger.warn({ folder, err: error }, 'a folder could not be removed');
    };
    this.#preparation = new Preparation(config, { runtimes: this.runtimes, chooser, onLeftOver });
    this.#directories = new TemporaryFolder(path.resolve(config.policy.directoryRoot));
    this.containers = new ContainerTable({
      config,
      runner: this.runner,
      preparation: this.#preparation,
      directories: this.#directories,
      onLeftOver,
      destination:
        options.destination ??
        (mode === 'single'
          ? createProcessDestination()
          : new ServiceDestination(this.logs, logger, config.log.guestOutput)),
      logLimits: { bytes: config.limits.logBytes, lines: config.limits.logLines },
      observer: this.metrics,
      concurrency: config.containers.concurrency,
      baseEnvironment: baseEnvironment(
        options.environment ?? process.env,
        config.policy.environment,
      ),
    });
    this.metrics.observe(this.runner, this.containers, this.#preparation);
  }

  /** SIGTERM was received: no further run is taken. */
  get draining(): boolean {
    return this.#draining;
  }

  get running(): number {
    let running = 0;
    for (const container of this.containers.values()) running += container.running;
    return running;
  }

  /** Whether a run would get a thread or a place in the queue. */
  get ready(): boolean {
    const { threads, queuedRuns, queueSizeMax } = this.runner.status();
    return !this.#draining && threads > 0 && (queueSizeMax === 0 || queuedRuns < queueSizeMax);
  }

  /**
   * Prepares every code in `runtime.warmFolder`, if there is one, and logs how it goes. Never rejects:
   * what cannot be prepared is logged by its name.
   */
  async warmUp(): Promise<void> {
    const { warmFolder, name, preparationThreads } = this.config.runtime;
    if (warmFolder === '') return;
    await warmUp({
      folder: path.resolve(warmFolder),
      preparation: this.#preparation,
      runtime: name,
      codeBytesMax: this.config.limits.codeBytes,
      lanes: preparationThreads,
      logger: this.logger,
      stopped: () => this.#draining,
    });
  }

  /**
   * Prepares a module of ours that does nothing, so that the threads and the compiler are there when
   * somebody's first code comes. Never rejects.
   */
  async prime(): Promise<void> {
    try {
      const request = { code: primer, binary: false, main: 'main' };
      const prepared = await this.#preparation.prepare(request, () => this.config.runtime.name);
      prepared.release();
    } catch (error) {
      // Whatever is wrong, the first code will say so better.
      this.logger.debug({ err: error }, 'the primer was not prepared');
    }
  }

  /**
   * Checks code as `/init` would, as far as that goes without compiling it.
   *
   * @throws ExecutorError `WW_ERR_CODE_*`; WasmRuntimeError `WW_ERR_ARTIFACT_*`, `WW_ERR_GUEST_LINK`,
   *   `WW_ERR_GUEST_EXPORT_MISSING`
   */
  checkCode(request: PreparationRequest): Promise<void> {
    return this.#preparation.check(request);
  }

  /** Takes no further runs, and waits for those in progress, at most this long. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    const giveUpAt = performance.now() + timeoutMs;
    while (this.running > 0 && performance.now() < giveUpAt)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Ends everything. Idempotent. */
  close(): Promise<void> {
    this.#draining = true;
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#started;
    await this.containers.close();
    await this.runner.close();
    await this.#preparation.close();
    await this.#directories.remove();
    await this.runtimes.close();
  }

  #createRunner(): RoutedRunner {
    const { config, logger, runtimes } = this;
    const { threads, spareThreads, waitingThreadsMax, runsPerThreadMax, queueSizeMax, heapMiB } =
      config.runtime;
    const { waitingMemoryBytesMax } = config.runtime;
    return new RoutedRunner(runtimes, {
      runtimes: runtimes.modules,
      ...(threads === 0 ? {} : { threads }),
      preload: [toThreadRuntime(config.runtime.name)],
      spareThreads,
      waitingThreadsMax,
      runsPerThreadMax,
      waitingMemoryBytesMax,
      queueSizeMax,
      // V8 counts linear memory too when it decides to collect garbage: nearer to the limit than this,
      // every `memory.grow` costs a full collection (measured for 4,096 pages: 27 s instead of 1.6 s).
      heapMiB: Math.max(heapMiB, Math.ceil((2 * config.limits.memoryBytes) / mebibyte)),
      onThreadEnded: (reason) => {
        logger.warn({ reason }, 'a worker thread was ended');
      },
    });
  }

  /** Loads the runtime of most actions, and starts worker threads if it needs them, so that no run waits for it. */
  async #start(runner: RoutedRunner, chooser: RuntimeChooser): Promise<void> {
    const preloaded = await chooser.preload(this.config.runtime.name);
    if (preloaded?.threading === 'caller' && !this.#draining) runner.startPool();
  }
}

const mebibyte = 1024 * 1024;

/** What worker threads load when they start: the runtime of most actions that run there. */
function toThreadRuntime(name: ExecutorConfig['runtime']['name']): string {
  return name === 'auto' || name === 'wasmtime' ? 'v8' : name;
}
