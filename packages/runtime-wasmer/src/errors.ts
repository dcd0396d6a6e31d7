import { isArtifactError } from '@wasmwhisk/artifact';
import { isWasmRuntimeError, toV8TrapError, WasmRuntimeError } from '@wasmwhisk/runtime';
import { HostFailure } from './wasi-calls.js';

/** What capping or compiling threw. */
export function toCompileError(error: unknown): WasmRuntimeError {
  if (isArtifactError(error)) {
    const { fault, message } = error;
    const isLimit = fault === 'memory-limit' || fault === 'table-limit';
    const code = isLimit ? 'WW_ERR_RUN_MEMORY_LIMIT' : 'WW_ERR_ARTIFACT_INVALID';
    return new WasmRuntimeError(code, message, { cause: error });
  }
  if (error instanceof WebAssembly.CompileError)
    return new WasmRuntimeError(
      'WW_ERR_GUEST_COMPILE',
      `V8 refused to compile the module: ${error.message}`,
      { cause: error },
    );
  return toFault(error);
}

/** What an instance threw while it was made or run. */
export function toRunError(error: unknown): WasmRuntimeError {
  if (isWasmRuntimeError(error)) return error;
  if (error instanceof HostFailure && error.stackExhausted)
    return new WasmRuntimeError(
      'WW_ERR_GUEST_TRAP',
      'The guest trapped (stack-overflow) in a call of its host.',
      { details: { trap: 'stack-overflow' }, cause: error },
    );
  if (error instanceof WebAssembly.LinkError)
    return new WasmRuntimeError(
      'WW_ERR_GUEST_LINK',
      `The module cannot be linked: ${error.message}`,
      { cause: error },
    );
  return toV8TrapError(error) ?? toFault(error);
}

function toFault(error: unknown): WasmRuntimeError {
  const message = error instanceof Error ? error.message : String(error);
  return new WasmRuntimeError('WW_ERR_RUNTIME_INTERNAL', `The runtime wasmer failed: ${message}`, {
    cause: error,
  });
}
