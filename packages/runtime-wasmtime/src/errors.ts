import {
  importAdvice,
  toRunEndError,
  trapCodes,
  WasmRuntimeError,
  wasmRuntimeErrors,
  type TrapCode,
  type WasmRuntimeErrorCode,
} from '@wasmwhisk/runtime';
import type { FailureData } from './native.js';

/** Tells a failure from the class that a native call gives otherwise. */
export function isFailure(value: object): value is FailureData {
  return 'errorCode' in value;
}

/** The door of the native border: makes errors of what crosses it as data. */
export function toNativeError(failure: FailureData, abortReason?: unknown): WasmRuntimeError {
  const { backtrace, exitCode } = failure;
  const ended = toEndError(failure.end, abortReason);
  const trap = toTrapCode(failure.trap);
  const details = {
    ...(trap === undefined ? {} : { trap }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(backtrace.length === 0 ? {} : { backtrace }),
  };
  if (ended !== undefined) return new WasmRuntimeError(ended.code, ended.message, { details });
  return new WasmRuntimeError(toCode(failure.errorCode), toMessage(failure), { details });
}

function toMessage({ message, missingImport }: FailureData): string {
  const [module, name] = missingImport ?? [];
  return module === undefined || name === undefined
    ? message
    : `${message} ${importAdvice(module, name)}`;
}

function toEndError(end: number, abortReason: unknown): WasmRuntimeError | undefined {
  switch (end) {
    case 0:
      return undefined;
    case 1:
      return toRunEndError({ type: 'timeout' });
    case 3:
      return toRunEndError({ type: 'waiting-memory' });
    case 4:
      return toRunEndError({ type: 'shutting-down' });
    default:
      return toRunEndError(abortReason);
  }
}

function toCode(code: string): WasmRuntimeErrorCode {
  return code in wasmRuntimeErrors ? (code as WasmRuntimeErrorCode) : 'WW_ERR_RUNTIME_INTERNAL';
}

function toTrapCode(text: string | undefined): TrapCode | undefined {
  return text === undefined ? undefined : (trapCodes.find((code) => code === text) ?? 'unknown');
}
