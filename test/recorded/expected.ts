/** What ours answers to a recorded command, and what `wsk` makes of it. */
export interface Expected {
  /** Of the replies, in order. Fewer than there are requests: `wsk` stops at the last one. */
  readonly statuses: readonly number[];
  /** Default: as recorded. */
  readonly exit?: number;
  /** Without JSON, ids and times. Default: as recorded. */
  readonly lines?: readonly string[];
  /** What the first JSON document has at least. */
  readonly document?: object;
  /** Members of recorded JSON that ours lacks. */
  readonly lacks?: readonly string[];
  /** Why it differs from what was recorded: needed wherever it does. */
  readonly why?: string;
  /** The client decided by itself, whatever the replies were. */
  readonly clientOnly?: true;
  /** Entities changed within one millisecond have no order. */
  readonly anyOrder?: true;
  /** Requests before the command: `METHOD path body`; a path is below the namespace, or begins with a slash. */
  readonly given?: readonly string[];
}

/** A recorded command, and what is expected of it. */
export type ExpectedCommand = readonly [command: string, expected: Expected];

/* Why a recording differs, where more than one does for the same reason. */

export const canned = 'the stand-in answered every reading alike, whatever had been written before';
export const zipKept = 'nothing sends code that was not asked for: the stand-in ignored code=false';
export const statusNumber =
  'only the text of a status is in a record: the stand-in added the number';
