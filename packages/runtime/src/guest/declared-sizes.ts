import type { ModuleDescription } from '@wasmwhisk/artifact';
import { WasmRuntimeError } from '../errors.js';
import type { CompileLimits } from '../settings.js';

/**
 * Checks what a module declares at least, all memories and all tables together, before it is compiled.
 *
 * @throws WasmRuntimeError `WW_ERR_RUN_MEMORY_LIMIT`
 */
export function assertDeclaredSizes(
  { memories, tables }: ModuleDescription,
  { memoryBytes, tableElements }: CompileLimits,
): void {
  const declared = memories.reduce((sum, each) => sum + each.limits.minimum * each.pageBytes, 0);
  if (declared > memoryBytes)
    throw new WasmRuntimeError(
      'WW_ERR_RUN_MEMORY_LIMIT',
      `The module declares memory of at least ${String(declared)} bytes, and at most ${String(memoryBytes)} are allowed. ` +
        'Build it with a smaller initial memory, or ask the operator for a higher limit.',
    );
  const elements = tables.reduce((sum, each) => sum + each.limits.minimum, 0);
  if (elements > tableElements)
    throw new WasmRuntimeError(
      'WW_ERR_RUN_MEMORY_LIMIT',
      `The module declares tables of at least ${String(elements)} elements, and at most ${String(tableElements)} are allowed. ` +
        'Build it with smaller tables, or ask the operator for a higher limit.',
    );
}
