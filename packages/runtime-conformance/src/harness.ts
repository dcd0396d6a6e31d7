import { readFile } from 'node:fs/promises';
import { readArtifact } from '@wasmwhisk/artifact';
import type { JsonText } from '@wasmwhisk/json-text';
import { InlineRunner, PooledRunner, type Runner, type RunnerContainer } from '@wasmwhisk/runner';
import {
  isWasmRuntimeError,
  type ActionResult,
  type CompiledArtifact,
  type ContainerSettings,
  type CreateRuntime,
  type LogStream,
  type RunLimits,
  type WasmRuntime,
  type WasmRuntimeError,
} from '@wasmwhisk/runtime';
import type { ConformanceOptions } from './conformance-options.js';

const defaultLimits: RunLimits = {
  memoryBytes: 256 * 1024 * 1024,
  tableElements: 100_000,
  resultBytes: 64 * 1024 * 1024,
};

/** What a case may say about a container; the rest has defaults that do not matter. */
export interface ContainerRequest {
  readonly entry?: string;
  readonly limits?: Partial<RunLimits>;
  readonly directories?: ContainerSettings['directories'];
  readonly http?: ContainerSettings['http'];
}

/** What a case may say about a run. */
export interface RunOptions {
  readonly input?: JsonText;
  readonly environment?: readonly (readonly [string, string])[];
  /** Default: 30,000. */
  readonly timeoutMs?: number;
  /** Default: 16 MiB. */
  readonly logBytesMax?: number;
  /** Default: all runs of a harness trust each other. */
  readonly trustUnit?: string;
  readonly signal?: AbortSignal;
}

/** All that a run showed. Exactly one of `result` and `error` is there. */
export interface Observation {
  readonly result: ActionResult | undefined;
  readonly error: WasmRuntimeError | undefined;
  readonly peakMemoryBytes: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly logBytes: number;
  readonly tookMs: number;
}

/** A runtime behind the runner that the executor uses, so that a case says only what it is about. */
export class Harness implements AsyncDisposable {
  /** Compiles on the test's thread; the runner loads its own where it is pooled. */
  readonly runtime: WasmRuntime;
  readonly #runner: Runner;
  readonly #compiled = new Map<string, Promise<CompiledArtifact>>();
  #nextContainer = 1;
  #nextActivation = 1;

  private constructor(runtime: WasmRuntime, runner: Runner) {
    this.runtime = runtime;
    this.#runner = runner;
  }

  static async open(options: ConformanceOptions): Promise<Harness> {
    const { createRuntime } = (await import(options.module)) as { createRuntime: CreateRuntime };
    const runtime = createRuntime({ engine: { threads: 2 } });
    const runner =
      options.threading === 'pooled'
        ? new PooledRunner({ runtimes: { [runtime.name]: options.module }, threads: 2 })
        : new InlineRunner([runtime]);
    return new Harness(runtime, runner);
  }

  /** Compiles a fixture, once per file and limits. */
  async compile(file: string, limits: Partial<RunLimits> = {}): Promise<CompiledArtifact> {
    const complete = { ...defaultLimits, ...limits };
    const key = JSON.stringify([file, complete.memoryBytes, complete.tableElements]);
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = readFile(file).then((bytes) =>
        this.runtime.precompile(readArtifact(Uint8Array.from(bytes)), complete),
      );
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }

  /** Compiles and initializes. */
  async container(file: string, request: ContainerRequest = {}): Promise<RunnerContainer> {
    return this.start(await this.compile(file, request.limits), request);
  }

  /** Initializes what was compiled in some other way. */
  start(compiled: CompiledArtifact, request: ContainerRequest = {}): Promise<RunnerContainer> {
    return this.#runner.initialize(`container-${String(this.#nextContainer++)}`, compiled, {
      entry: request.entry,
      limits: { ...defaultLimits, ...request.limits },
      directories: request.directories ?? [],
      http: request.http ?? { type: 'denied', reason: 'No host is granted to this action.' },
    });
  }

  /** Runs and tells what happened. Anything thrown that is no `WasmRuntimeError` fails the case. */
  async observe(container: RunnerContainer, options: RunOptions = {}): Promise<Observation> {
    const written: Record<LogStream, Uint8Array[]> = { stdout: [], stderr: [] };
    let logBytes = 0;
    const startedAt = performance.now();
    const end = () => ({
      stdout: Buffer.concat(written.stdout).toString('utf8'),
      stderr: Buffer.concat(written.stderr).toString('utf8'),
      logBytes,
      tookMs: performance.now() - startedAt,
    });
    try {
      const { result, usage } = await this.#runner.run(
        container,
        {
          activationId: `activation-${String(this.#nextActivation++)}`,
          input: options.input ?? '{}',
          environment: options.environment ?? [],
          deadlineEpochMs: Date.now() + (options.timeoutMs ?? 30_000),
          trustUnit: options.trustUnit ?? 'conformance',
          logBytesMax: options.logBytesMax ?? 16 * 1024 * 1024,
          logs: {
            write: (stream, bytes) => {
              written[stream].push(bytes.slice());
              logBytes += bytes.length;
            },
          },
        },
        options.signal ?? new AbortController().signal,
      );
      return { result, error: undefined, peakMemoryBytes: usage.peakMemoryBytes, ...end() };
    } catch (error) {
      if (!isWasmRuntimeError(error)) throw error;
      return { result: undefined, error, peakMemoryBytes: undefined, ...end() };
    }
  }

  /** Runs and expects an answer. */
  async run(container: RunnerContainer, options: RunOptions = {}): Promise<ActionResult> {
    const { result, error } = await this.observe(container, options);
    if (result === undefined) throw error ?? new Error('The run gave neither result nor error.');
    return result;
  }

  destroy(container: RunnerContainer): Promise<void> {
    return this.#runner.destroy(container);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner.close();
    await this.runtime.close();
  }
}
