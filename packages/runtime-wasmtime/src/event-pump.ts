import {
  toRunEndError,
  WasmRuntimeError,
  type CommandOutcome,
  type LogSink,
  type RunOutcome,
} from '@wasmwhisk/runtime';
import type { JsonText } from '@wasmwhisk/json-text';
import { TrustUnits } from './trust-units.js';
import { toNativeError } from './errors.js';
import {
  openEngine,
  type EngineSettingsData,
  type FailureData,
  type NativeEngine,
} from './native.js';

/** Whoever waits for a run. */
interface PendingRun {
  readonly write: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
  readonly onAbort: () => void;
  readonly reject: (error: unknown) => void;
}

interface PendingAction extends PendingRun {
  readonly type: 'action';
  readonly resolve: (outcome: RunOutcome) => void;
}

interface PendingCommand extends PendingRun {
  readonly type: 'command';
  readonly resolve: (outcome: CommandOutcome) => void;
  readonly readStdin: (maxBytes: number) => Uint8Array;
}

/** Kinds of events and streams, as `native/addon/src/events.rs` numbers them. */
const eventKinds = { output: 1, input: 2, answer: 3, exit: 4, failure: 5 } as const;
const stderrNumber = 2;
/** Numbers before those of the events, and those of a run's usage. */
const headerLength = 2;
const usageLength = 4;
/** Room for about 500 events at a time. */
const numbersLength = 4096;
/** Longest timer that Node.js has: it never fires, but keeps the process alive while guests run. */
const keepAliveMs = 2 ** 31 - 1;

/** The main thread's side of an engine: begins runs and passes on what comes of them, in order. */
export class EventPump {
  readonly engine: NativeEngine;
  readonly units: TrustUnits = new TrustUnits();
  readonly #numbers = new Float64Array(numbersLength);
  readonly #pending = new Map<number, PendingAction | PendingCommand>();
  readonly #keepAlive = setInterval(() => undefined, keepAliveMs).unref();
  #nextId = 1;
  #closed = false;

  /** @throws WasmRuntimeError `WW_ERR_RUNTIME_UNAVAILABLE` */
  constructor(settings: EngineSettingsData) {
    this.engine = openEngine(settings, this.#numbers, () => {
      this.#pump();
    });
  }

  /** `start` is given the number of the run. */
  run(start: (id: number) => void, logs: LogSink, signal: AbortSignal): Promise<RunOutcome> {
    return new Promise((resolve, reject) => {
      const id = this.#takeId();
      const onAbort = (): void => {
        this.engine.abort(id);
      };
      this.#begin(id, start, {
        type: 'action',
        write: (stream, bytes) => {
          logs.write(stream, bytes);
        },
        signal,
        onAbort,
        resolve,
        reject,
      });
    });
  }

  /** As `run`, for a plain command. */
  runCommand(
    start: (id: number) => void,
    streams: Pick<PendingCommand, 'write' | 'readStdin'>,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    return new Promise((resolve, reject) => {
      const id = this.#takeId();
      const onAbort = (): void => {
        this.engine.abort(id);
      };
      this.#begin(id, start, { type: 'command', ...streams, signal, onAbort, resolve, reject });
    });
  }

  /** Ends all runs, which reject as `shutting-down`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.engine.close();
    this.#pump();
    for (const pending of this.#pending.values())
      pending.reject(toRunEndError({ type: 'shutting-down' }));
    this.#pending.clear();
    clearInterval(this.#keepAlive);
  }

  #begin(id: number, start: (id: number) => void, pending: PendingAction | PendingCommand): void {
    const { signal } = pending;
    if (this.#closed) throw toRunEndError({ type: 'shutting-down' });
    if (signal.aborted) throw toRunEndError(signal.reason);
    if (this.#pending.size === 0) this.#keepAlive.ref();
    this.#pending.set(id, pending);
    signal.addEventListener('abort', pending.onAbort, { once: true });
    try {
      start(id);
    } catch (error) {
      this.#take(id);
      throw error;
    }
  }

  #takeId(): number {
    do this.#nextId = (this.#nextId + 1) >>> 0;
    while (this.#pending.has(this.#nextId));
    return this.#nextId;
  }

  /** The run is over. */
  #take(id: number): PendingAction | PendingCommand | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    pending.signal.removeEventListener('abort', pending.onAbort);
    if (this.#pending.size === 0) this.#keepAlive.unref();
    return pending;
  }

  #pump(): void {
    do this.#passOn(this.engine.takeEvents());
    while (this.#numbers[1] === 1);
  }

  /** Reads one batch: its layout is that of `native/addon/src/events.rs`. */
  #passOn(items: readonly unknown[]): void {
    const numbers = this.#numbers;
    const end = headerLength + (numbers[0] ?? 0);
    let at = headerLength;
    let item = 0;
    const next = (): number => numbers[at++] ?? 0;
    while (at < end) {
      const kind = next();
      const id = next();
      switch (kind) {
        case eventKinds.output: {
          const stream = next() === stderrNumber ? 'stderr' : 'stdout';
          this.#pending.get(id)?.write(stream, items[item++] as Uint8Array);
          break;
        }
        case eventKinds.input:
          this.#giveInput(id, next());
          break;
        case eventKinds.answer: {
          const usage = { peakMemoryBytes: next(), cpuTimeUs: next(), fuel: undefined };
          const queuedMs = next() / 1000;
          const fuel = next();
          const type = next() === 0 ? 'ok' : 'application-error';
          const json = items[item++] as JsonText;
          const pending = this.#take(id);
          if (pending?.type === 'action')
            pending.resolve({
              result: { type, json },
              usage: fuel < 0 ? usage : { ...usage, fuel },
              queuedMs,
            });
          break;
        }
        case eventKinds.exit: {
          at += usageLength;
          const exitCode = next();
          const pending = this.#take(id);
          if (pending?.type === 'command') pending.resolve({ exitCode });
          break;
        }
        case eventKinds.failure: {
          at += usageLength;
          const failure = items[item++] as FailureData;
          const pending = this.#take(id);
          pending?.reject(toNativeError(failure, pending.signal.reason));
          break;
        }
        default:
          throw new WasmRuntimeError(
            'WW_ERR_RUNTIME_INTERNAL',
            `The native engine sent an event of unknown kind ${String(kind)}.`,
          );
      }
    }
  }

  #giveInput(id: number, maxBytes: number): void {
    const pending = this.#pending.get(id);
    if (pending?.type !== 'command') return;
    try {
      this.engine.giveInput(id, pending.readStdin(maxBytes));
    } catch (error) {
      // Its stream failed: the command cannot go on, and its caller is told why.
      this.engine.abort(id);
      this.#take(id);
      pending.reject(error);
    }
  }
}
