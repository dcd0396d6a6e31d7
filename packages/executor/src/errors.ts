import createError, { type FastifyErrorConstructor } from '@fastify/error';
import { situations } from '@wasmwhisk/protocol';

/** One error of the executor: the status, and the text on the wire (`%s` takes the reason). */
interface ExecutorErrorEntry {
  readonly status: number;
  readonly text: string;
  readonly summary: string;
}

/**
 * Every error of the executor itself; those of runs are in `@wasmwhisk/runtime`. The texts of
 * OpenWhisk's situations win over our own. Codes are never reused.
 */
export const executorErrors = {
  WW_ERR_REQUEST_UNREADABLE: {
    status: 400,
    text: 'Error unmarshaling request: %s',
    summary: 'The body is not JSON, or a field has a wrong type.',
  },
  WW_ERR_REQUEST_NOT_DICTIONARY: {
    ...situations.notADictionary,
    summary: 'The argument is a string, number or boolean.',
  },
  WW_ERR_REQUEST_TOO_LARGE: {
    status: 413,
    text: 'The request body is longer than the limit of %s bytes.',
    summary: 'The body exceeds `server.bodyBytesMax`.',
  },
  WW_ERR_REQUEST_INVALID: {
    status: 400,
    text: 'Bad request: %s',
    summary: 'The HTTP request itself is malformed, or did not arrive in time.',
  },
  WW_ERR_REQUEST_FOREIGN: {
    status: 403,
    text: '%s',
    summary: 'The request comes from a web page (`Origin`), or under a `Host` that is not ours.',
  },
  WW_ERR_REQUEST_NOT_FOUND: {
    ...situations.notFound,
    summary: 'There is no such path, method or record.',
  },
  WW_ERR_CODE_MISSING: { ...situations.noCode, summary: '`/init` came without code.' },
  WW_ERR_CODE_ENCODING: {
    status: 400,
    text: 'cannot decode the request: %s',
    summary: 'The code is not valid base64.',
  },
  WW_ERR_CODE_INVALID: {
    status: 502,
    text: 'Initialization has failed due to: %s',
    summary: 'The archive or the module in it cannot be used.',
  },
  WW_ERR_CODE_TIMEOUT: {
    status: 502,
    text: 'Initialization has failed due to: unpacking and compiling took longer than %s ms.',
    summary: 'The code was not ready within `runtime.preparationTimeoutMs`.',
  },
  WW_ERR_CONTAINER_INITIALIZED: {
    ...situations.initializedAlready,
    summary: 'The container holds an action already.',
  },
  WW_ERR_CONTAINER_INITIALIZING: {
    ...situations.initializing,
    summary: 'Another `/init` of this container is in progress.',
  },
  WW_ERR_CONTAINER_UNINITIALIZED: {
    ...situations.notInitialized,
    summary: '`/run` before `/init`, or an unknown container.',
  },
  WW_ERR_CONTAINER_BUSY: {
    ...situations.busy,
    summary: 'As many runs overlap in the container as are allowed.',
  },
  WW_ERR_CONTAINER_ID: {
    status: 400,
    text: 'Bad request: %s',
    summary: 'The container id is longer than 256 characters.',
  },
  WW_ERR_CONTAINER_DESTROYED: {
    status: 500,
    text: 'Internal error. The container was destroyed during its initialization.',
    summary: 'The container was destroyed while its `/init` was in progress.',
  },
  WW_ERR_CONTAINER_LIMIT: {
    status: 500,
    text: 'Internal error. All %s containers are in use.',
    summary: 'There are `containers.max` containers and none of them is idle.',
  },
  WW_ERR_EXECUTOR_CLOSING: {
    ...situations.shuttingDown,
    summary: 'SIGTERM was received; no further run is taken.',
  },
  WW_ERR_EXECUTOR_INTERNAL: {
    status: 500,
    text: 'Internal error. %s',
    summary: 'A fault of wasmwhisk itself; the log has more.',
  },
} as const;

export type ExecutorErrorCode = keyof typeof executorErrors;

const constructors = new Map<string, FastifyErrorConstructor>(
  Object.entries<ExecutorErrorEntry>(executorErrors).map(([code, entry]) => [
    code,
    createError(code, entry.text, entry.status),
  ]),
);

/** A failure of the executor. `message` is the text on the wire. */
export interface ExecutorError extends Error {
  readonly code: ExecutorErrorCode;
  readonly statusCode: number;
}

/** Makes the error of a code; `reason` fills the `%s` of its text. */
export function executorError(
  code: ExecutorErrorCode,
  reason?: string,
  cause?: unknown,
): ExecutorError {
  const Constructor = constructors.get(code);
  if (Constructor === undefined) throw new TypeError(`no error ${code}`);
  const error = reason === undefined ? new Constructor() : new Constructor(reason);
  if (cause !== undefined) error.cause = cause;
  return error as ExecutorError;
}

export function isExecutorError(error: unknown): error is ExecutorError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code in executorErrors
  );
}
