import {
  OutputLine,
  outputTurns,
  toRunEndError,
  WasmRuntimeError,
  WriteTask,
  type CommandOutcome,
  type LogSink,
  type LogStream,
  type RunOutcome,
} from '@wasmwhisk/runtime';
import type { JsonText } from '@wasmwhisk/json-text';
import { RunSlots } from './run-slots.js';
import { TrustUnits } from './trust-units.js';
import { toNativeError } from './errors.js';
import {
  openEngine,
  type EngineSettingsData,
  type FailureData,
  type NativeEngine,
} from './native.js';

/** Where a plain command reads and writes. */
export interface CommandStreams {
  readonly write: (stream: LogStream, bytes: Uint8Array) => void;
  readonly readStdin: (maxBytes: number) => Uint8Array;
}

/** What an event of output counts as beside its bytes, as `EVENT_BYTES` of the engine. */
const eventBytes = 1024;
/** So much output is handled before the engine is told: short logs need no call. An eighth of what stops a guest. */
const creditBytes = 32 * 1024;

/** Whoever waits for a run. Listens to its signal itself: one object less for each run. */
abstract class PendingRun implements LogSink {
  /** Number of the run. */
  id = 0;
  readonly signal: AbortSignal;
  readonly reject: (error: unknown) => void;
  readonly #engine: NativeEngine;
  /** Made by the first output: most runs write nothing. */
  #output: OutputLine | undefined;
  #handledEvents = 0;
  #handledBytes = 0;

  constructor(engine: NativeEngine, signal: AbortSignal, reject: (error: unknown) => void) {
    this.#engine = engine;
    this.signal = signal;
    this.reject = reject;
  }

  handleEvent(): void {
    this.#engine.abort(this.id);
  }

  abstract write(stream: LogStream, bytes: Uint8Array): void;

  /** Takes an event of output. */
  takeOutput(stream: LogStream, bytes: Uint8Array): void {
    this.#output ??= new OutputLine();
    this.#output.write(new WriteTask(this, stream, bytes, this.#handled));
  }

  /** Calls back when all output before was handled. */
  afterOutput(callback: () => void): void {
    if (this.#output === undefined) callback();
    else this.#output.afterwards(callback);
  }

  dropOutput(): void {
    this.#output?.clear();
  }

  /** The guest may write more only when the main thread is done with what it wrote. */
  readonly #handled = (bytes: number): void => {
    this.#handledEvents += 1;
    this.#handledBytes += bytes;
    if (this.#handledBytes + this.#handledEvents * eventBytes < creditBytes) return;
    this.#engine.outputHandled(this.id, this.#handledEvents, this.#handledBytes);
    this.#handledEvents = 0;
    this.#handledBytes = 0;
  };
}

class PendingAction extends PendingRun {
  readonly type = 'action';
  readonly logs: LogSink;
  readonly resolve: (outcome: RunOutcome) => void;

  constructor(
    engine: NativeEngine,
    logs: LogSink,
    signal: AbortSignal,
    resolve: (outcome: RunOutcome) => void,
    reject: (error: unknown) => void,
  ) {
    super(engine, signal, reject);
    this.logs = logs;
    this.resolve = resolve;
  }

  write(stream: LogStream, bytes: Uint8Array): void {
    this.logs.write(stream, bytes);
  }
}

class PendingCommand extends PendingRun {
  readonly type = 'command';
  readonly streams: CommandStreams;
  readonly resolve: (outcome: CommandOutcome) => void;

  constructor(
    engine: NativeEngine,
    streams: CommandStreams,
    signal: AbortSignal,
    resolve: (outcome: CommandOutcome) => void,
    reject: (error: unknown) => void,
  ) {
    super(engine, signal, reject);
    this.streams = streams;
    this.resolve = resolve;
  }

  write(stream: LogStream, bytes: Uint8Array): void {
    this.streams.write(stream, bytes);
  }
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
  readonly #pending = new RunSlots<PendingAction | PendingCommand>();
  readonly #keepAlive = setInterval(() => undefined, keepAliveMs).unref();
  #closed = false;
  /** The time of this turn of the event loop is used up: the next one goes on. */
  #yielded = false;

  /** @throws WasmRuntimeError `WW_ERR_RUNTIME_UNAVAILABLE` */
  constructor(settings: EngineSettingsData) {
    this.engine = openEngine(settings, this.#numbers, () => {
      this.#pump();
    });
  }

  /** `start` is given the number of the run. */
  run(start: (id: number) => void, logs: LogSink, signal: AbortSignal): Promise<RunOutcome> {
    return new Promise((resolve, reject) => {
      this.#begin(start, new PendingAction(this.engine, logs, signal, resolve, reject));
    });
  }

  /** As `run`, for a plain command. */
  runCommand(
    start: (id: number) => void,
    streams: CommandStreams,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    return new Promise((resolve, reject) => {
      this.#begin(start, new PendingCommand(this.engine, streams, signal, resolve, reject));
    });
  }

  /** @throws WasmRuntimeError `WW_ERR_RUNTIME_UNAVAILABLE` after `close` */
  assertOpen(): void {
    if (this.#closed)
      throw new WasmRuntimeError('WW_ERR_RUNTIME_UNAVAILABLE', 'The runtime was closed.');
  }

  /** Ends all runs, which reject as `shutting-down`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.engine.close();
    do this.#passOn(this.engine.takeEvents());
    while (this.#hasMore);
    for (const pending of this.#pending.values()) {
      pending.dropOutput();
      pending.reject(toRunEndError({ type: 'shutting-down' }));
    }
    this.#pending.clear();
    clearInterval(this.#keepAlive);
  }

  #begin(start: (id: number) => void, pending: PendingAction | PendingCommand): void {
    const { signal } = pending;
    if (this.#closed) throw toRunEndError({ type: 'shutting-down' });
    if (signal.aborted) throw toRunEndError(signal.reason);
    if (this.#pending.size === 0) this.#keepAlive.ref();
    pending.id = this.#pending.add(pending);
    signal.addEventListener('abort', pending, { once: true });
    try {
      start(pending.id);
    } catch (error) {
      this.#take(pending.id);
      throw error;
    }
  }

  /** The run is over. */
  #take(id: number): PendingAction | PendingCommand | undefined {
    const pending = this.#pending.take(id);
    if (pending === undefined) return undefined;
    pending.signal.removeEventListener('abort', pending);
    if (this.#pending.size === 0) this.#keepAlive.unref();
    return pending;
  }

  /** Node.js calls this up to a thousand times in one turn of the event loop, as often as there is something. */
  #pump(): void {
    if (this.#yielded || this.#closed) return;
    if (outputTurns.hasTime()) this.#takeEvents();
    else this.#yield();
  }

  #takeEvents(): void {
    do {
      this.#passOn(this.engine.takeEvents());
      outputTurns.used();
      if (!this.#hasMore) return;
    } while (outputTurns.hasTime());
    this.#yield();
  }

  /** Goes on in the next turn. The engine does not call again before it is asked what there is. */
  #yield(): void {
    this.#yielded = true;
    outputTurns.nextTurn(() => {
      this.#yielded = false;
      // Without asking for time: output that waits might use up every slice, and answers come this way.
      if (!this.#closed) this.#takeEvents();
    });
  }

  /** There was no room for all events. */
  get #hasMore(): boolean {
    return this.#numbers[1] === 1;
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
          this.#pending.get(id)?.takeOutput(stream, items[item++] as Uint8Array);
          break;
        }
        case eventKinds.input:
          {
            const bytesMax = next();
            // A prompt before the answer.
            this.#pending.get(id)?.afterOutput(() => {
              this.#giveInput(id, bytesMax);
            });
          }
          break;
        case eventKinds.answer: {
          const usage = { peakMemoryBytes: next(), cpuTimeUs: next(), fuel: undefined };
          const queuedMs = next() / 1000;
          const fuel = next();
          const type = next() === 0 ? 'ok' : 'application-error';
          const json = items[item++] as JsonText;
          const pending = this.#take(id);
          if (pending?.type === 'action')
            pending.afterOutput(() => {
              pending.resolve({
                result: { type, json },
                usage: fuel < 0 ? usage : { ...usage, fuel },
                queuedMs,
              });
            });
          break;
        }
        case eventKinds.exit: {
          at += usageLength;
          const exitCode = next();
          const pending = this.#take(id);
          if (pending?.type === 'command')
            pending.afterOutput(() => {
              pending.resolve({ exitCode });
            });
          break;
        }
        case eventKinds.failure: {
          at += usageLength;
          const failure = items[item++] as FailureData;
          const pending = this.#take(id);
          pending?.afterOutput(() => {
            pending.reject(toNativeError(failure, pending.signal.reason));
          });
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
      this.engine.giveInput(id, pending.streams.readStdin(maxBytes));
    } catch (error) {
      // Its stream failed: the command cannot go on, and its caller is told why.
      this.engine.abort(id);
      this.#take(id);
      pending.reject(error);
    }
  }
}
