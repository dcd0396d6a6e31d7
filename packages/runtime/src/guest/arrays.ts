import type { ModuleDescription } from '@wasmwhisk/artifact';
import { WasmRuntimeError } from '../errors.js';
import type { CompileLimits } from '../settings.js';

/**
 * For runtimes on V8: refuses a module with array types where they are not allowed. V8 gives a thread
 * whose heap is full 16 MiB more to end in, and aborts the process when one object needs more than
 * that. Only arrays can be that large.
 *
 * @throws WasmRuntimeError `WW_ERR_CAPABILITY_DENIED`
 */
export function assertArraysAllowed(
  { definesArrays }: Pick<ModuleDescription, 'definesArrays'>,
  { arrays = false }: CompileLimits,
): void {
  if (!definesArrays || arrays) return;
  throw new WasmRuntimeError(
    'WW_ERR_CAPABILITY_DENIED',
    'The module defines arrays of the garbage collection proposal, with which an action can end the ' +
      'whole process. The operator may allow them with policy.arrays where all actions are trusted.',
  );
}
