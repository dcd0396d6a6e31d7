import { ProcessExit, toErrno } from '@wasmwhisk/wasi';
import {
  isWasmRuntimeError,
  toRunEndError,
  toV8TrapError,
  WasmRuntimeError,
} from '@wasmwhisk/runtime';

/**
 * The glue of jco rewrites the messages of V8's traps into Wasmtime's. V8's messages are what the
 * translation that all runtimes on V8 share goes by, so this is the way back.
 */
const v8Messages: Readonly<Record<string, string>> = {
  'wasm trap: wasm `unreachable` instruction executed': 'unreachable',
  'wasm trap: out of bounds memory access': 'memory access out of bounds',
  'wasm trap: integer divide by zero': 'divide by zero',
  'wasm trap: integer overflow': 'divide result unrepresentable',
  'wasm trap: invalid conversion to integer': 'float unrepresentable in integer range',
  'wasm trap: undefined element: out of bounds table access': 'table index is out of bounds',
  'wasm trap: indirect call type mismatch': 'null function or function signature mismatch',
};

/**
 * The error for anything that came out of a component, the host's own errors included.
 *
 * What the glue throws when a guest breaks the canonical ABI (a handle that it does not own, a
 * pointer that is not aligned, flags that do not exist) has classes of JavaScript's own, and counts
 * as the trap it would be in another engine.
 */
export function toRunError(error: unknown, signal: AbortSignal): WasmRuntimeError {
  if (signal.aborted && error === signal.reason) return toRunEndError(error);
  if (isWasmRuntimeError(error)) return error;
  if (error instanceof ProcessExit) return toExitError(error.exitCode);
  if (error instanceof WebAssembly.LinkError)
    return new WasmRuntimeError(
      'WW_ERR_GUEST_LINK',
      `The component does not link: ${error.message}.`,
      {
        cause: error,
      },
    );
  if (error instanceof WebAssembly.RuntimeError)
    error.message = v8Messages[error.message] ?? error.message;
  const trap = toV8TrapError(error);
  if (trap !== undefined) return trap;
  if (toErrno(error) !== undefined)
    return new WasmRuntimeError(
      'WW_ERR_RUNTIME_INTERNAL',
      `The host failed: ${messageOf(error)}.`,
      {
        cause: error,
      },
    );
  return new WasmRuntimeError(
    'WW_ERR_GUEST_TRAP',
    `The guest broke the canonical ABI: ${messageOf(error)}.`,
    { details: { trap: 'unknown' }, cause: error },
  );
}

/** The guest ended with a code that is not 0. */
export function toExitError(exitCode: number): WasmRuntimeError {
  return new WasmRuntimeError(
    'WW_ERR_GUEST_EXIT',
    `The guest exited with code ${String(exitCode)}; only 0 is a normal end.`,
    { details: { exitCode } },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
