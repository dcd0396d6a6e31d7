import { internalText, runFailedText, initFailedText, situations } from '@wasmwhisk/protocol';
import { isWasmRuntimeError, type WasmRuntimeError } from '@wasmwhisk/runtime';
import { executorErrors, isExecutorError } from './errors.js';

/** A failed request as the wire and the activation's log see it. */
export interface Failure {
  readonly status: number;
  /** The value of `error` in the body. */
  readonly text: string;
  readonly code: string;
  /** Lines for the developer, on the activation's stderr. */
  readonly logLines: readonly string[];
  /** A fault of ours: goes into our log with its stack. */
  readonly internal: boolean;
}

/** The one door to HTTP: makes status and text of anything that `/init` threw. */
export function toInitFailure(error: unknown): Failure {
  if (!isWasmRuntimeError(error)) return toOtherFailure(error);
  if (error.blame === 'internal') return toInternalFailure(error.code, error.message);
  return {
    status: 502,
    text: initFailedText(error.message),
    code: error.code,
    logLines: [],
    internal: false,
  };
}

/** The same for `/run`. */
export function toRunFailure(error: unknown): Failure {
  if (!isWasmRuntimeError(error)) return toOtherFailure(error);
  if (error.blame === 'internal') return toInternalFailure(error.code, error.message);
  const { status, text } = runAnswer(error);
  // The runtime has written a refused result to the log already.
  const shown = error.code === 'WW_ERR_RESULT_INVALID' ? [] : [error.message];
  return {
    status,
    text,
    code: error.code,
    logLines: [...shown, ...(error.details.backtrace ?? []).map((frame) => `    at ${frame}`)],
    internal: false,
  };
}

function runAnswer(error: WasmRuntimeError): { readonly status: number; readonly text: string } {
  switch (error.code) {
    case 'WW_ERR_RUN_TIMEOUT':
      return situations.timeout;
    case 'WW_ERR_RUN_MEMORY_LIMIT':
      return situations.memoryExhausted;
    case 'WW_ERR_RESULT_INVALID':
      return situations.resultNotADictionary;
    default:
      return { status: 502, text: runFailedText(error.message) };
  }
}

function toOtherFailure(error: unknown): Failure {
  if (!isExecutorError(error))
    return toInternalFailure(
      'WW_ERR_EXECUTOR_INTERNAL',
      error instanceof Error ? error.message : String(error),
    );
  return {
    status: executorErrors[error.code].status,
    text: error.message,
    code: error.code,
    logLines: [],
    internal: error.code === 'WW_ERR_EXECUTOR_INTERNAL',
  };
}

function toInternalFailure(code: string, reason: string): Failure {
  const text = internalText(reason);
  return { status: 500, text, code, logLines: [text], internal: true };
}
