import {
  isWasmRuntimeError,
  toRunEndError,
  toV8TrapError,
  WasmRuntimeError,
} from '@wasmwhisk/runtime';
import { ProcessExit } from '@wasmwhisk/wasi';

/** What is known when a guest has failed. */
export interface GuestFailure {
  readonly error: unknown;
  readonly signal: AbortSignal;
  /** Linear memory in use, in bytes; `undefined` when it is not known. */
  readonly memoryBytes: number | undefined;
  readonly memoryBytesMax: number;
}

const pageBytes = 64 * 1024;

/**
 * What a failed run rejects with. In this order: a run that was ended from outside says so, whatever
 * its guest made of it; a guest that had all the memory it may have failed for want of more; then
 * its trap or exit code. What is none of these is a fault of ours and stays as it is.
 */
export function toGuestError(failure: GuestFailure): unknown {
  const { error, signal } = failure;
  if (signal.aborted) return toRunEndError(signal.reason);
  if (isWasmRuntimeError(error)) return error;
  const guestError = toExitError(error) ?? toV8TrapError(error) ?? toEngineError(error);
  if (guestError === undefined) return error;
  return isFull(failure) ? toMemoryLimitError(failure, guestError) : guestError;
}

function toExitError(error: unknown): WasmRuntimeError | undefined {
  if (!(error instanceof ProcessExit)) return undefined;
  const { exitCode } = error;
  return new WasmRuntimeError(
    'WW_ERR_GUEST_EXIT',
    `The guest exited with code ${String(exitCode)}; only 0 is a normal end.`,
    { details: { exitCode } },
  );
}

/** By class, which V8 has for everything but its traps. */
function toEngineError(error: unknown): WasmRuntimeError | undefined {
  if (error instanceof WebAssembly.LinkError)
    return new WasmRuntimeError('WW_ERR_GUEST_LINK', error.message, { cause: error });
  if (error instanceof WebAssembly.CompileError)
    return new WasmRuntimeError('WW_ERR_GUEST_COMPILE', error.message, { cause: error });
  // The class is not a global of its own in every V8 that has JSPI.
  if (error instanceof Error && error.name === 'SuspendError')
    return new WasmRuntimeError(
      'WW_ERR_GUEST_TRAP',
      'The guest waited where it cannot be suspended: in its start function, or in an export that is called before or after its entry.',
      { details: { trap: 'unknown' }, cause: error },
    );
  return undefined;
}

function isFull({ memoryBytes, memoryBytesMax }: GuestFailure): boolean {
  return memoryBytes !== undefined && memoryBytes + pageBytes > memoryBytesMax;
}

function toMemoryLimitError(
  { memoryBytes, memoryBytesMax }: GuestFailure,
  guestError: WasmRuntimeError,
): WasmRuntimeError {
  return new WasmRuntimeError(
    'WW_ERR_RUN_MEMORY_LIMIT',
    `The guest used all the memory it may have, ${String(memoryBytesMax)} bytes, and failed: ${guestError.message}`,
    {
      details: {
        ...guestError.details,
        ...(memoryBytes === undefined ? {} : { peakMemoryBytes: memoryBytes }),
      },
      cause: guestError,
    },
  );
}
