import {
  isWasmRuntimeError,
  WasmRuntimeError,
  type WasmRuntimeErrorCode,
  type WasmRuntimeErrorDetails,
} from './errors.js';

/**
 * A `WasmRuntimeError` as plain data: structured clone keeps of an error only name, message and
 * stack, so code and details must travel beside it.
 */
export interface WasmRuntimeErrorData {
  readonly code: WasmRuntimeErrorCode;
  readonly message: string;
  readonly details: WasmRuntimeErrorDetails;
  /** The stack of a fault of our own, for our log; never for the wire. */
  readonly stack: string | undefined;
}

/** Turns anything thrown into plain data. What is no `WasmRuntimeError` is a fault of ours. */
export function toErrorData(error: unknown): WasmRuntimeErrorData {
  if (isWasmRuntimeError(error)) {
    return { code: error.code, message: error.message, details: error.details, stack: undefined };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'WW_ERR_RUNTIME_INTERNAL',
    message,
    details: {},
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** The way back. */
export function fromErrorData(data: WasmRuntimeErrorData): WasmRuntimeError {
  const error = new WasmRuntimeError(data.code, data.message, { details: data.details });
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}
