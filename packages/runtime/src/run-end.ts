import { WasmRuntimeError } from './errors.js';

/** Why a run is ended from outside. The reason of the `AbortSignal` that a run is given; plain data. */
export type RunEnd =
  | { readonly type: 'timeout' }
  | { readonly type: 'caller-gone' }
  | { readonly type: 'destroyed' }
  | { readonly type: 'shutting-down' }
  /** All guests that wait held too much together, and its unit of trust most. */
  | { readonly type: 'waiting-memory' };

/** The error with which a run that was ended from outside rejects. Anything but a `RunEnd` counts as `caller-gone`. */
export function toRunEndError(reason: unknown): WasmRuntimeError {
  const type = isRunEnd(reason) ? reason.type : 'caller-gone';
  switch (type) {
    case 'timeout':
      return new WasmRuntimeError('WW_ERR_RUN_TIMEOUT', 'The action exceeded its time limits.');
    case 'caller-gone':
      return new WasmRuntimeError(
        'WW_ERR_RUN_ABORTED',
        'The caller closed its connection during the run.',
      );
    case 'destroyed':
      return new WasmRuntimeError(
        'WW_ERR_RUN_ABORTED',
        'The container was destroyed during the run.',
      );
    case 'shutting-down':
      return new WasmRuntimeError('WW_ERR_RUN_ABORTED', 'The executor shut down during the run.');
    case 'waiting-memory':
      return new WasmRuntimeError(
        'WW_ERR_RUN_MEMORY_LIMIT',
        'Guests that wait held more memory together than they may, and those of this unit of trust held most.',
      );
  }
}

function isRunEnd(reason: unknown): reason is RunEnd {
  return (
    typeof reason === 'object' &&
    reason !== null &&
    'type' in reason &&
    (reason.type === 'timeout' ||
      reason.type === 'caller-gone' ||
      reason.type === 'destroyed' ||
      reason.type === 'shutting-down' ||
      reason.type === 'waiting-memory')
  );
}
