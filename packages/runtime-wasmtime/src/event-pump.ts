import {
  toRunEndError,
  WasmRuntimeError,
  type ActionResult,
  type CommandOutcome,
  type LogSink,
  type RunOutcome,
} from '@wasmwhisk/runtime';
import type { JsonText } from '@wasmwhisk/json-text';
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
/** Longest timer that Node.js has: it never fires, but keeps the process alive while guests run. */
const keepAliveMs = 2 ** 31 - 1;

/** The main thread's side of an engine: begins runs and passes on what comes of them, in order. */
export class EventPump {
  readonly engine: NativeEngine;
  readonly #pending = new Map<number, PendingAction | PendingCommand>();
  readonly #keepAlive = setInterval(() => undefined, keepAliveMs).unref();
  #nextId = 1;
  #closed = false;

  /** @throws WasmRuntimeError `WW_ERR_RUNTIME_UNAVAILABLE` */
  constructor(settings: EngineSettingsData) {
    this.engine = openEngine(settings, () => {
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
    const events = this.engine.takeEvents();
    let at = 0;
    const number = (): number => events[at++] as number;
    while (at < events.length) {
      const kind = number();
      const id = number();
      switch (kind) {
        case eventKinds.output: {
          const stream = number() === stderrNumber ? 'stderr' : 'stdout';
          this.#pending.get(id)?.write(stream, events[at++] as Uint8Array);
          break;
        }
        case eventKinds.input:
          this.#giveInput(id, number());
          break;
        case eventKinds.answer: {
          const usage = { ...zeroUsage, peakMemoryBytes: number(), cpuTimeUs: number() };
          const queuedMs = number() / 1000;
          const fuel = number();
          const type = number() === 0 ? 'ok' : 'application-error';
          const result: ActionResult = { type, json: events[at++] as JsonText };
          const pending = this.#take(id);
          if (pending?.type !== 'action') break;
          if (fuel >= 0) usage.fuel = fuel;
          pending.resolve({ result, usage, queuedMs });
          break;
        }
        case eventKinds.exit: {
          at += 4;
          const exitCode = number();
          const pending = this.#take(id);
          if (pending?.type === 'command') pending.resolve({ exitCode });
          break;
        }
        case eventKinds.failure: {
          at += 4;
          const failure = events[at++] as FailureData;
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

const zeroUsage: { peakMemoryBytes: number; cpuTimeUs: number; fuel: number | undefined } = {
  peakMemoryBytes: 0,
  cpuTimeUs: 0,
  fuel: undefined,
};
