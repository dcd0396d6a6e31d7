import type { CompiledArtifact, ContainerSettings } from '@wasmwhisk/runtime';
import { addStatus, InlineRunner } from './inline-runner.js';
import { PooledRunner } from './pooled-runner.js';
import type { PooledRunnerOptions } from './pooled-runner-options.js';
import type { Runner, RunnerContainer, RunnerStatus, RunReport, RunRequest } from './runner.js';
import type { RuntimeSource } from './runtime-source.js';

/**
 * Gives each container to the runner that its runtime needs: one with threads of its own is called
 * from this thread, all others run in worker threads. These are started with the first container
 * that needs one, so that a process without any stays small.
 */
export class RoutedRunner implements Runner {
  readonly #source: RuntimeSource;
  readonly #poolOptions: PooledRunnerOptions;
  readonly #inline: InlineRunner;
  #pooled: PooledRunner | undefined;
  /** Which containers are in worker threads. */
  readonly #inPool = new WeakSet<RunnerContainer>();
  #closed = false;

  /** `source` holds the runtimes of this thread, and is its owner's to close. */
  constructor(source: RuntimeSource, poolOptions: PooledRunnerOptions) {
    this.#source = source;
    this.#poolOptions = poolOptions;
    this.#inline = new InlineRunner(source);
  }

  async initialize(
    key: string,
    compiled: CompiledArtifact,
    settings: ContainerSettings,
  ): Promise<RunnerContainer> {
    const { threading } = await this.#source.get(compiled.runtime);
    if (threading === 'own') return this.#inline.initialize(key, compiled, settings);
    const container = await this.startPool().initialize(key, compiled, settings);
    this.#inPool.add(container);
    return container;
  }

  run(container: RunnerContainer, request: RunRequest, signal: AbortSignal): Promise<RunReport> {
    const pooled = this.#pooled;
    return pooled !== undefined && this.#inPool.has(container)
      ? pooled.run(container, request, signal)
      : this.#inline.run(container, request, signal);
  }

  async destroy(container: RunnerContainer): Promise<void> {
    if (this.#inPool.has(container)) await this.#pooled?.destroy(container);
    else await this.#inline.destroy(container);
  }

  /**
   * The numbers of both. Their queues are counted together: `queueSizeMax` is what both hold, as
   * long as both are there.
   */
  status(): RunnerStatus {
    const inline = this.#inline.status();
    return this.#pooled === undefined ? inline : addStatus(inline, this.#pooled.status());
  }

  /** Starts the worker threads now, so that the first container does not wait for them. Idempotent. */
  startPool(): PooledRunner {
    if (this.#pooled === undefined) {
      this.#pooled = new PooledRunner(this.#poolOptions, this.#source);
      // It may come from an `/init` that was still being prepared: its runs are refused as any are.
      if (this.#closed) void this.#pooled.close();
    }
    return this.#pooled;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#inline.close();
    await this.#pooled?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
