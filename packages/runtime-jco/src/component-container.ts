import { ProcessExit, bytesInput, emptyInput } from '@wasmwhisk/wasi';
import {
  CommandOutput,
  fitsArgument,
  toPlainResult,
  toRunEndError,
  WasmRuntimeError,
  type ActionResult,
  type Activation,
  type ContainerSettings,
  type ResultRules,
  type RunOutcome,
  type RuntimeContainer,
  type RuntimeOptions,
} from '@wasmwhisk/runtime';
import { jsonTextToBytes, jsonTextToString } from '@wasmwhisk/json-text';
import {
  callComponent,
  InvalidUtf8Error,
  type CallOutcome,
  type LoadedComponent,
  type CallOptions,
} from './component-instance.js';
import { toExitError, toRunError } from './errors.js';
import { toErrorJson } from './error-text.js';

/** argv[0] of a command. */
const programName = 'action';

/** An initialized container of a component: all that its runs share is the compiled code. */
export class ComponentContainer implements RuntimeContainer {
  readonly #component: LoadedComponent;
  readonly #settings: ContainerSettings;
  readonly #onWaiting: RuntimeOptions['onWaiting'];
  #destroyed = false;

  constructor(
    component: LoadedComponent,
    settings: ContainerSettings,
    onWaiting: RuntimeOptions['onWaiting'],
  ) {
    this.#component = component;
    this.#settings = settings;
    this.#onWaiting = onWaiting;
  }

  async run(activation: Activation, signal: AbortSignal): Promise<RunOutcome> {
    if (this.#destroyed)
      throw new WasmRuntimeError(
        'WW_ERR_RUN_ABORTED',
        'The container was destroyed before this run.',
      );
    if (signal.aborted) throw toRunEndError(signal.reason);
    const rules: ResultRules = {
      resultBytes: this.#settings.limits.resultBytes,
      logs: activation.logs,
    };
    return this.#component.compiled.guestInterface === 'command'
      ? this.#runCommand(activation, rules, signal)
      : this.#runHandler(activation, rules, signal);
  }

  destroy(): Promise<void> {
    this.#destroyed = true;
    return Promise.resolve();
  }

  async #runCommand(
    activation: Activation,
    rules: ResultRules,
    signal: AbortSignal,
  ): Promise<RunOutcome> {
    const { input, logs } = activation;
    const output = new CommandOutput(rules);
    const { outcome, memoryBytes } = await callComponent(this.#component, [], {
      ...this.#hostOptions(activation, signal),
      args: fitsArgument(input, 'component')
        ? [programName, jsonTextToString(input)]
        : [programName],
      stdio: {
        stdin: bytesInput(jsonTextToBytes(input)),
        stdout: (bytes) => {
          output.write(bytes);
        },
        stderr: (bytes) => {
          logs.write('stderr', bytes);
        },
      },
    });
    const exitCode = exitCodeOf(outcome);
    if (exitCode !== 0) {
      output.abandon();
      throw exitCode === undefined ? toRunError(errorOf(outcome), signal) : toExitError(exitCode);
    }
    return toRunOutcome(output.finish(), memoryBytes);
  }

  async #runHandler(
    activation: Activation,
    rules: ResultRules,
    signal: AbortSignal,
  ): Promise<RunOutcome> {
    const { input, logs } = activation;
    const { outcome, memoryBytes } = await callComponent(
      this.#component,
      [jsonTextToString(input)],
      {
        ...this.#hostOptions(activation, signal),
        args: [],
        stdio: {
          stdin: emptyInput,
          stdout: (bytes) => {
            logs.write('stdout', bytes);
          },
          stderr: (bytes) => {
            logs.write('stderr', bytes);
          },
        },
      },
    );
    return toRunOutcome(toHandlerResult(outcome, rules, signal), memoryBytes);
  }

  #hostOptions(
    activation: Activation,
    signal: AbortSignal,
  ): Pick<CallOptions, 'environment' | 'preopens' | 'signal' | 'onWaiting'> {
    const onWaiting = this.#onWaiting;
    return {
      environment: activation.environment,
      preopens: this.#settings.directories,
      signal,
      onWaiting:
        onWaiting === undefined
          ? undefined
          : (waiting, memoryBytes) => {
              onWaiting(activation.id, waiting, memoryBytes);
            },
    };
  }
}

/** What the action world's `run` means: an ok text, an err text, an exit, or a failure. */
function toHandlerResult(
  outcome: CallOutcome,
  rules: ResultRules,
  signal: AbortSignal,
): ActionResult {
  if (outcome.type === 'returned') return toPlainResult(toBytes(outcome.value), rules);
  const { error, returned } = outcome;
  // The glue throws the payload of an err as it is, and nothing else throws texts.
  if (returned && typeof error === 'string') return toErrorJson(error, rules);
  if (returned && error instanceof InvalidUtf8Error)
    throw new WasmRuntimeError(
      'WW_ERR_RESULT_INVALID',
      'The action returned a text that is no UTF-8.',
      {
        cause: error,
      },
    );
  // Ended well without an answer, as a command may.
  if (error instanceof ProcessExit && error.exitCode === 0)
    return toPlainResult(new Uint8Array(), rules);
  throw toRunError(error, signal);
}

function toBytes(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new TypeError('the glue gave no text for a string');
  return Buffer.from(value);
}

/** The exit code of a call of `wasi:cli/run`, or `undefined` when it failed otherwise. */
export function exitCodeOf(outcome: CallOutcome): number | undefined {
  if (outcome.type === 'returned') return 0;
  if (outcome.error instanceof ProcessExit) return outcome.error.exitCode;
  // The err of `run` has no payload; that is what the glue throws then.
  return outcome.returned && outcome.error === undefined ? 1 : undefined;
}

export function errorOf(outcome: CallOutcome): unknown {
  return outcome.type === 'threw' ? outcome.error : undefined;
}

function toRunOutcome(result: ActionResult, memoryBytes: number): RunOutcome {
  return { result, usage: { peakMemoryBytes: memoryBytes, cpuTimeUs: undefined } };
}
