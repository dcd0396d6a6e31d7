/**
 * The fixed answers of `/init` and `/run`: status and text by situation. The numbers are those of
 * the situation table in `docs/reference/wire.md`. Texts end up in activations, and test suites
 * compare them byte by byte.
 */
export const situations = {
  /** 2 */
  noCode: { status: 403, text: 'Missing main/no code to execute.' },
  /** 8 */
  initializedAlready: { status: 403, text: 'Cannot initialize the action more than once.' },
  /** 10 */
  initializing: { status: 403, text: 'System not ready, status is starting.' },
  /** 11 */
  notInitialized: { status: 500, text: 'no action defined yet' },
  /** 12 */
  busy: { status: 403, text: 'System not ready, status is running.' },
  /** 14 */
  notADictionary: {
    status: 404,
    text: 'The action did not receive a dictionary or array as an argument.',
  },
  /** 20, 21 */
  resultNotADictionary: {
    status: 502,
    text: 'The action did not return a dictionary or array.',
  },
  /** 25 */
  timeout: { status: 502, text: 'The action exceeded its time limits.' },
  /** 26 */
  memoryExhausted: { status: 502, text: 'The action exhausted its memory and was aborted.' },
  /** 28 */
  notFound: { status: 404, text: 'Not found.' },
  /** 29 */
  shuttingDown: { status: 503, text: 'The executor is shutting down.' },
} as const;

/** 4, 5, 17 */
export function unmarshalText(reason: string): string {
  return `Error unmarshaling request: ${reason}`;
}

/** 6 */
export function decodeText(reason: string): string {
  return `cannot decode the request: ${reason}`;
}

/** 7 */
export function initFailedText(reason: string): string {
  return `Initialization has failed due to: ${reason}`;
}

/** 23 */
export function runFailedText(reason: string): string {
  return `An error has occurred: ${reason}`;
}

/** 30 */
export function internalText(reason: string): string {
  return `Internal error. ${reason}`;
}

/** The body of every answer that is no 200: an object with the single key `error`. */
export function toErrorBody(text: string): string {
  return JSON.stringify({ error: text });
}
