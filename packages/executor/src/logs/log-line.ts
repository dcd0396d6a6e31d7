import type { LogStream } from '@wasmwhisk/runtime';

/** One line of an activation's log. The fields are those that OpenWhisk's log stores read. */
export interface LogLine {
  /** ISO 8601, in milliseconds. */
  readonly time: string;
  readonly stream: LogStream;
  /** Without its line end. */
  readonly log: string;
}
