import { jsonTextByteLength, jsonTextToBytes, jsonTextToString } from '@wasmwhisk/json-text';
import {
  bindBufferGuest,
  bindSecondBufferGuest,
  CommandOutput,
  fitsArgument,
  toRunEndError,
  WasmRuntimeError,
  type ActionResult,
  type Activation,
  type ContainerSettings,
  type ResultRules,
  type RunOutcome,
  type RuntimeContainer,
} from '@wasmwhisk/runtime';
import type { ServedInterface } from './assess.js';
import { toRunError } from './errors.js';
import type { GuestStreams } from './wasi-calls.js';
import type { LinkPlan, WasiGuest, WasmerHost } from './wasi-guest.js';

/** argv[0] of every guest. */
const programName = 'action';

/** Runs activations of one artifact. A run holds its thread from its first instruction to its last. */
export class WasmerContainer implements RuntimeContainer {
  readonly #host: WasmerHost;
  readonly #plan: LinkPlan;
  readonly #interface: ServedInterface;
  readonly #settings: ContainerSettings;

  constructor(
    host: WasmerHost,
    plan: LinkPlan,
    guestInterface: ServedInterface,
    settings: ContainerSettings,
  ) {
    this.#host = host;
    this.#plan = plan;
    this.#interface = guestInterface;
    this.#settings = settings;
  }

  async run(activation: Activation, signal: AbortSignal): Promise<RunOutcome> {
    await this.#host.load();
    // Nothing can end the guest from here on: it computes on this thread.
    if (signal.aborted) throw toRunEndError(signal.reason);
    const cpuBefore = process.threadCpuUsage();
    try {
      const run = this.#interface === 'command' ? this.#runCommand : this.#runBuffer;
      const { result, peakMemoryBytes } = run.call(this, activation);
      const { user, system } = process.threadCpuUsage(cpuBefore);
      return { result, usage: { peakMemoryBytes, cpuTimeUs: user + system } };
    } catch (error) {
      throw toRunError(error);
    }
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }

  #runBuffer({ input, environment, logs }: Activation): GuestOutcome {
    const byteLength = jsonTextByteLength(input);
    const streams: GuestStreams = {
      readStdin: () => new Uint8Array(0),
      writeStdout: (bytes) => {
        logs.write('stdout', bytes);
      },
      writeStderr: (bytes) => {
        logs.write('stderr', bytes);
      },
    };
    const isFirst = this.#interface === 'buffer';
    // The first form learns the length from its last argument.
    const args = isFirst ? [programName, String(byteLength)] : [programName];
    return this.#host.withGuest(this.#plan, { args, environment, streams }, (guest) => {
      const buffer = isFirst
        ? bindBufferGuest(guest.exports)
        : bindSecondBufferGuest(guest.exports);
      buffer.writeInput(input, byteLength);
      assertExit(guest.start());
      return outcome(guest, buffer.readResult(this.#rules(logs)));
    });
  }

  #runCommand({ input, environment, logs }: Activation): GuestOutcome {
    const output = new CommandOutput(this.#rules(logs));
    const stdin = jsonTextToBytes(input);
    let read = 0;
    const streams: GuestStreams = {
      readStdin: (maxBytes) => {
        const piece = stdin.subarray(read, read + maxBytes);
        read += piece.length;
        return piece;
      },
      writeStdout: (bytes) => {
        output.write(bytes);
      },
      writeStderr: (bytes) => {
        logs.write('stderr', bytes);
      },
    };
    const args = fitsArgument(input, 'module')
      ? [programName, jsonTextToString(input)]
      : [programName];
    try {
      const peakMemoryBytes = this.#host.withGuest(
        this.#plan,
        { args, environment, streams },
        (guest) => {
          assertExit(guest.start());
          return memoryBytes(guest);
        },
      );
      // After the guest is gone: only then has all of its output arrived.
      return { result: output.finish(), peakMemoryBytes };
    } catch (error) {
      output.abandon();
      throw error;
    }
  }

  #rules(logs: Activation['logs']): ResultRules {
    return { resultBytes: this.#settings.limits.resultBytes, logs };
  }
}

interface GuestOutcome {
  readonly result: ActionResult;
  readonly peakMemoryBytes: number | undefined;
}

function outcome(guest: WasiGuest, result: ActionResult): GuestOutcome {
  return { result, peakMemoryBytes: memoryBytes(guest) };
}

/** Memories never shrink, so the last size is the peak. Only exported memories are known. */
function memoryBytes(guest: WasiGuest): number | undefined {
  const sizes = Object.values(guest.exports).map((value) =>
    value instanceof WebAssembly.Memory ? value.buffer.byteLength : 0,
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return total === 0 ? undefined : total;
}

function assertExit(exitCode: number): void {
  if (exitCode !== 0)
    throw new WasmRuntimeError(
      'WW_ERR_GUEST_EXIT',
      `The guest exited with code ${String(exitCode)}; only 0 is a normal end.`,
      { details: { exitCode } },
    );
}
