import type { Artifact, ArtifactDescription } from '@wasmwhisk/artifact';
import type { ActionResult, Activation, RunOutcome } from './activation.js';
import type { CommandOutcome, CommandRun } from './command-run.js';
import type { Assessment, CompiledArtifact, RuntimeContainer, WasmRuntime } from './contract.js';
import { WasmRuntimeError } from './errors.js';
import { runtimeFeatures, type RuntimeFeature } from './features.js';
import type { LogStream } from './log-sink.js';
import { toRunEndError } from './run-end.js';
import type { CompileLimits, ContainerSettings } from './settings.js';

/** How the fake behaves in one phase. An empty step succeeds at once. */
export interface FakeStep {
  /** The phase is not done before this promise; the test holds it. Its rejection is the phase's error. */
  readonly until?: Promise<unknown>;
  /** Thrown at the end of the phase, as it is. */
  readonly error?: unknown;
}

/** How the fake behaves in one run. */
export interface FakeRunStep extends FakeStep {
  /** Default: `ok` with the activation's input, so that a fake echoes. */
  readonly result?: ActionResult;
  /** Default: nothing is known. */
  readonly usage?: RunOutcome['usage'];
  /** Written to the activation's sink before anything else, in order. */
  readonly logs?: readonly (readonly [stream: LogStream, text: string])[];
  /** `true` plays a guest that computes: the abort signal does not end it. Default: `false`, a guest that waits. */
  readonly ignoresSignal?: boolean;
}

/** How the fake behaves in one command run. */
export interface FakeCommandStep extends FakeStep {
  /** Default: 0. */
  readonly exitCode?: number;
}

/** What was asked of a fake, in order. */
export type FakeCall =
  | { readonly type: 'precompile'; readonly artifact: Artifact; readonly limits: CompileLimits }
  | {
      readonly type: 'initialize';
      readonly compiled: CompiledArtifact;
      readonly settings: ContainerSettings;
    }
  | { readonly type: 'run'; readonly digest: string; readonly activation: Activation }
  | { readonly type: 'run-command'; readonly digest: string; readonly command: CommandRun }
  | { readonly type: 'destroy'; readonly digest: string }
  | { readonly type: 'close' };

export interface FakeRuntimeOptions {
  /** Default: `fake`. */
  readonly name?: string;
  /** Default: `caller`. */
  readonly threading?: WasmRuntime['threading'];
  /** Default: all. */
  readonly features?: Iterable<RuntimeFeature>;
  /** Default: everything is supported. */
  readonly assess?: (description: ArtifactDescription) => Assessment;
  /** Steps for every call that no `next*` method took. Default: empty steps. */
  readonly precompile?: FakeStep;
  readonly initialize?: FakeStep;
  readonly run?: FakeRunStep | ((activation: Activation) => FakeRunStep);
  readonly runCommand?: FakeCommandStep;
}

/**
 * A `WasmRuntime` without an engine, for tests of what lies above the contract. It compiles to
 * nothing, echoes its input, records every call, and does what a test scripts.
 *
 * @example
 * const held = Promise.withResolvers<void>();
 * const runtime = new FakeWasmRuntime();
 * runtime.nextRun({ until: held.promise, result: { type: 'ok', json: '{"n":1}' } });
 */
export class FakeWasmRuntime implements WasmRuntime {
  readonly name: string;
  readonly threading: WasmRuntime['threading'];
  readonly features: ReadonlySet<RuntimeFeature>;
  /** Everything that was asked, in order of arrival. */
  readonly calls: FakeCall[] = [];
  /** Runs that began and have not ended. */
  runsInProgress = 0;

  readonly #options: FakeRuntimeOptions;
  readonly #precompileSteps: FakeStep[] = [];
  readonly #initializeSteps: FakeStep[] = [];
  readonly #runSteps: FakeRunStep[] = [];
  #closed = false;

  constructor(options: FakeRuntimeOptions = {}) {
    this.#options = options;
    this.name = options.name ?? 'fake';
    this.threading = options.threading ?? 'caller';
    this.features = new Set(options.features ?? runtimeFeatures);
  }

  /** Scripts the next `precompile` calls, one step each. */
  nextPrecompile(...steps: readonly FakeStep[]): void {
    this.#precompileSteps.push(...steps);
  }

  /** Scripts the next `initialize` calls, one step each. */
  nextInitialize(...steps: readonly FakeStep[]): void {
    this.#initializeSteps.push(...steps);
  }

  /** Scripts the next runs, one step each, whichever container they belong to. */
  nextRun(...steps: readonly FakeRunStep[]): void {
    this.#runSteps.push(...steps);
  }

  /** The calls of one type, in order. */
  callsOf<Type extends FakeCall['type']>(type: Type): Extract<FakeCall, { type: Type }>[] {
    return this.calls.filter(
      (call): call is Extract<FakeCall, { type: Type }> => call.type === type,
    );
  }

  assess(description: ArtifactDescription): Assessment {
    return this.#options.assess?.(description) ?? { type: 'supported' };
  }

  async precompile(artifact: Artifact, limits: CompileLimits): Promise<CompiledArtifact> {
    this.#assertOpen();
    this.calls.push({ type: 'precompile', artifact, limits });
    await play(this.#precompileSteps.shift() ?? this.#options.precompile ?? {});
    return { runtime: this.name, digest: artifact.digest, code: undefined };
  }

  async initialize(
    compiled: CompiledArtifact,
    settings: ContainerSettings,
  ): Promise<RuntimeContainer> {
    this.#assertOpen();
    this.calls.push({ type: 'initialize', compiled, settings });
    await play(this.#initializeSteps.shift() ?? this.#options.initialize ?? {});
    let destroyed = false;
    return {
      run: async (activation, signal) => {
        if (destroyed)
          throw fault(`Container of ${compiled.digest} was destroyed before this run.`);
        return this.#run(compiled.digest, activation, signal);
      },
      destroy: () => {
        if (!destroyed) this.calls.push({ type: 'destroy', digest: compiled.digest });
        destroyed = true;
        return Promise.resolve();
      },
    };
  }

  async runCommand(
    compiled: CompiledArtifact,
    command: CommandRun,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    this.#assertOpen();
    this.calls.push({ type: 'run-command', digest: compiled.digest, command });
    const step = this.#options.runCommand ?? {};
    await play(step, signal);
    return { exitCode: step.exitCode ?? 0 };
  }

  close(): Promise<void> {
    if (!this.#closed) this.calls.push({ type: 'close' });
    this.#closed = true;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(digest: string, activation: Activation, signal: AbortSignal): Promise<RunOutcome> {
    this.#assertOpen();
    this.calls.push({ type: 'run', digest, activation });
    const step = this.#runSteps.shift() ?? this.#defaultRunStep(activation);
    this.runsInProgress += 1;
    try {
      for (const [stream, text] of step.logs ?? []) {
        activation.logs.write(stream, new TextEncoder().encode(text));
      }
      await play(step, step.ignoresSignal === true ? undefined : signal);
    } finally {
      this.runsInProgress -= 1;
    }
    return {
      result: step.result ?? { type: 'ok', json: activation.input },
      usage: step.usage ?? { peakMemoryBytes: undefined, cpuTimeUs: undefined },
    };
  }

  #defaultRunStep(activation: Activation): FakeRunStep {
    const { run } = this.#options;
    return typeof run === 'function' ? run(activation) : (run ?? {});
  }

  #assertOpen(): void {
    if (this.#closed) throw fault(`Runtime ${this.name} was closed before this call.`);
  }
}

function fault(message: string): WasmRuntimeError {
  return new WasmRuntimeError('WW_ERR_RUNTIME_INTERNAL', message);
}

/** Waits as the step says, but no longer than the signal allows, then fails or not. */
async function play(step: FakeStep, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) throw toRunEndError(signal.reason);
  if (step.until !== undefined) await untilOrAborted(step.until, signal);
  // Scripted by a test, which may want to see what happens with a thrown non-error.
  // eslint-disable-next-line @typescript-eslint/only-throw-error
  if (step.error !== undefined) throw step.error;
}

async function untilOrAborted(until: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) {
    await until;
    return;
  }
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    aborted.reject(toRunEndError(signal.reason));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([until, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
