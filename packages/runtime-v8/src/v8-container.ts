import {
  jsonTextByteLength,
  jsonTextToBytes,
  jsonTextToString,
  type JsonText,
} from '@wasmwhisk/json-text';
import {
  bindBufferGuest,
  bindSecondBufferGuest,
  CommandOutput,
  fitsArgument,
  parseNumericArguments,
  resolveNumericEntry,
  startName,
  toNumericResult,
  toRunEndError,
  WasmRuntimeError,
  type ActionResult,
  type Activation,
  type BufferGuest,
  type ContainerSettings,
  type NumericEntry,
  type ResultRules,
  type RunOutcome,
  type RuntimeContainer,
} from '@wasmwhisk/runtime';
import { emptyInput, type InputSource, type OutputSink } from '@wasmwhisk/wasi';
import type { CpuMeter } from './cpu-meter.js';
import { runGuest, type Guest, type GuestEnd, type GuestRequest } from './guest-run.js';
import type { LinkedGuest } from './linked-guest.js';
import type { MemoryPool } from './memory-pool.js';

/** What all containers of one runtime share. */
export interface ContainerContext {
  readonly pool: MemoryPool;
  readonly cpu: CpuMeter;
  readonly onWaiting: (activationId: string, waiting: boolean, memoryBytes: number) => void;
}

/** argv[0] of every action. */
const programName = 'action';

export class V8Container implements RuntimeContainer {
  readonly #linked: LinkedGuest;
  readonly #settings: ContainerSettings;
  readonly #context: ContainerContext;
  readonly #numericEntry: NumericEntry | undefined;
  /** Where command and buffer guests begin. */
  readonly #startName: string;
  #destroyed = false;

  /** @throws WasmRuntimeError `WW_ERR_GUEST_EXPORT_MISSING` when `main` names no numeric export */
  constructor(linked: LinkedGuest, settings: ContainerSettings, context: ContainerContext) {
    this.#linked = linked;
    this.#settings = settings;
    this.#context = context;
    const { guestInterface, functions } = linked.code;
    this.#startName = startName(functions, guestInterface, settings.entry);
    this.#numericEntry =
      guestInterface === 'numeric' ? resolveNumericEntry(functions, settings.entry) : undefined;
  }

  async run(activation: Activation, signal: AbortSignal): Promise<RunOutcome> {
    if (this.#destroyed)
      throw new WasmRuntimeError(
        'WW_ERR_RUNTIME_INTERNAL',
        `Activation ${activation.id} came to a container that was destroyed.`,
      );
    if (signal.aborted) throw toRunEndError(signal.reason);
    const reading = this.#context.cpu.begin();
    try {
      const { result, memoryBytes } = await this.#start(activation, signal);
      const cpuTimeUs = this.#context.cpu.end(reading);
      return { result, usage: { peakMemoryBytes: memoryBytes, cpuTimeUs } };
    } catch (error) {
      this.#context.cpu.end(reading);
      throw error;
    }
  }

  destroy(): Promise<void> {
    this.#destroyed = true;
    return Promise.resolve();
  }

  #start(activation: Activation, signal: AbortSignal): Promise<GuestEnd<ActionResult>> {
    switch (this.#linked.code.guestInterface) {
      case 'buffer':
        return this.#runBuffer(activation, signal, bindBufferGuest);
      case 'buffer-second':
        return this.#runBuffer(activation, signal, bindSecondBufferGuest);
      case 'command':
        return this.#runCommand(activation, signal);
      case 'numeric':
        return this.#runNumeric(activation, signal);
    }
  }

  #runBuffer(
    activation: Activation,
    signal: AbortSignal,
    bind: (exports: WebAssembly.Exports) => BufferGuest,
  ): Promise<GuestEnd<ActionResult>> {
    const { input } = activation;
    const byteLength = jsonTextByteLength(input);
    const request = this.#request(activation, signal, {
      args: [programName, String(byteLength)],
      stdin: emptyInput,
      stdout: logWriter(activation, 'stdout'),
    });
    return this.#run(request, async ({ exports, call }) => {
      const buffer = bind(exports);
      buffer.writeInput(input, byteLength);
      await call(this.#startName);
      return buffer.readResult(this.#rules(activation));
    });
  }

  async #runCommand(activation: Activation, signal: AbortSignal): Promise<GuestEnd<ActionResult>> {
    const { input } = activation;
    const output = new CommandOutput(this.#rules(activation));
    const request = this.#request(activation, signal, {
      args: fitsArgument(input, 'module') ? [programName, jsonTextToString(input)] : [programName],
      stdin: textInput(input),
      stdout: (bytes) => {
        output.write(bytes);
      },
    });
    try {
      return await this.#run(request, async ({ call }) => {
        await call(this.#startName);
        return output.finish();
      });
    } catch (error) {
      output.abandon();
      throw error;
    }
  }

  #runNumeric(activation: Activation, signal: AbortSignal): Promise<GuestEnd<ActionResult>> {
    const entry = this.#numericEntry;
    if (entry === undefined) throw new Error('A numeric guest was made without an entry.');
    const args = parseNumericArguments(activation.input, entry.signature);
    const request = this.#request(activation, signal, {
      args: [programName],
      stdin: emptyInput,
      stdout: logWriter(activation, 'stdout'),
    });
    return this.#run(request, async ({ exports, call }) => {
      if (exports['_initialize'] !== undefined) await call('_initialize');
      return toNumericResult(await call(entry.name, args), entry.signature);
    });
  }

  #run(
    request: GuestRequest,
    use: (guest: Guest) => Promise<ActionResult>,
  ): Promise<GuestEnd<ActionResult>> {
    return runGuest(this.#linked, this.#context.pool, request, use);
  }

  #request(
    activation: Activation,
    signal: AbortSignal,
    own: {
      readonly args: readonly string[];
      readonly stdin: InputSource;
      readonly stdout: OutputSink;
    },
  ): GuestRequest {
    return {
      args: own.args,
      environment: activation.environment,
      stdio: { stdin: own.stdin, stdout: own.stdout, stderr: logWriter(activation, 'stderr') },
      preopens: this.#settings.directories,
      signal,
      onWaiting: (waiting, memoryBytes) => {
        this.#context.cpu.share();
        this.#context.onWaiting(activation.id, waiting, memoryBytes);
      },
    };
  }

  #rules({ logs }: Activation): ResultRules {
    return { resultBytes: this.#settings.limits.resultBytes, logs };
  }
}

function logWriter({ logs }: Activation, stream: 'stdout' | 'stderr'): OutputSink {
  return (bytes) => {
    logs.write(stream, bytes);
  };
}

/** Encodes the input when the guest first reads: most take it from argv. */
function textInput(input: JsonText): InputSource {
  let rest: Uint8Array | undefined;
  return {
    read(maxBytes) {
      rest ??= jsonTextToBytes(input);
      const piece = rest.subarray(0, maxBytes);
      rest = rest.subarray(piece.length);
      return piece;
    },
  };
}
