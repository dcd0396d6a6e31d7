import type { JsonText } from '@wasmwhisk/json-text';
import type { LogSink } from './log-sink.js';

/** One run of an action, as a runtime sees it. */
export interface Activation {
  /** For messages and for telling runs apart; unique among the runs in progress. */
  readonly id: string;
  /** The arguments: one JSON object or array, as text, never parsed on the way. */
  readonly input: JsonText;
  /**
   * The whole environment of this run, name and value. A list and not an object because users name
   * their parameters freely (`__proto__`). Later entries win.
   */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** When the run must have ended, in milliseconds since 1970. Finite always: the caller fills in the default. */
  readonly deadlineEpochMs: number;
  /** Whose run it is: runtimes with threads of their own share them fairly between these. */
  readonly trustUnit: string;
  /** Output beyond this many bytes may be dropped before it reaches `logs`. */
  readonly logBytesMax: number;
  /** Where guest output goes, as it comes. */
  readonly logs: LogSink;
}

/**
 * What a guest answered. An error that the guest returns is a value and not an exception:
 * OpenWhisk calls it an application error, and keeps the container.
 */
export type ActionResult =
  | { readonly type: 'ok'; readonly json: JsonText }
  | { readonly type: 'application-error'; readonly json: JsonText };

/** What a run cost, as far as the engine can tell. */
export interface RunUsage {
  /** Most linear memory in use at once, in bytes. */
  readonly peakMemoryBytes: number | undefined;
  /** CPU time of the guest in microseconds; `undefined` where runs share a thread. */
  readonly cpuTimeUs: number | undefined;
  /** Fuel used, where it is counted. */
  readonly fuel?: number | undefined;
}

export interface RunOutcome {
  readonly result: ActionResult;
  readonly usage: RunUsage;
  /** Time before the guest began, in milliseconds; told by runtimes that queue runs themselves. */
  readonly queuedMs?: number;
}
