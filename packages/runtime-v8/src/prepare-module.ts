import {
  canImportMemory,
  capLimits,
  importMemory,
  isArtifactError,
  type Artifact,
  type ModuleDescription,
} from '@wasmwhisk/artifact';
import { WasmRuntimeError, type CompileLimits } from '@wasmwhisk/runtime';
import type { PooledMemoryType } from './memory-pool.js';

/** Under which names a prepared module imports its memory. No artifact can ask for it: linking refuses the names. */
export const memoryImport = { module: 'wasmwhisk', name: 'memory' } as const;

/** How the memory is made that a prepared module imports. */
export type MemoryPlan = PooledMemoryType;

export interface PreparedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly memory: MemoryPlan | undefined;
}

const pageBytes = 64 * 1024;
/** All of a 32-bit address space. */
const pagesMax = 65_536;

/**
 * Builds the limits into a module, and where it has one plain memory of its own turns that into an
 * import, so that a memory can be used again.
 *
 * @throws WasmRuntimeError `WW_ERR_RUN_MEMORY_LIMIT`
 */
export function prepareModule(
  { bytes }: Artifact,
  description: ModuleDescription,
  limits: CompileLimits,
): PreparedModule {
  const capped = cap(bytes, description, limits);
  const [memory] = description.memories;
  if (memory === undefined || !canImportMemory(description))
    return { bytes: capped, memory: undefined };
  const { minimum, maximum = pagesMax } = memory.limits;
  const limitPages = Math.floor(limits.memoryBytes / pageBytes);
  return {
    bytes: importMemory(capped, description, memoryImport),
    memory: { initialPages: minimum, maximumPages: Math.min(maximum, limitPages, pagesMax) },
  };
}

function cap(
  bytes: Uint8Array,
  description: ModuleDescription,
  limits: CompileLimits,
): Uint8Array<ArrayBuffer> {
  try {
    return capLimits(bytes, description, limits);
  } catch (error) {
    if (!isArtifactError(error)) throw error;
    if (error.fault === 'memory-limit' || error.fault === 'table-limit')
      throw new WasmRuntimeError('WW_ERR_RUN_MEMORY_LIMIT', error.message, { cause: error });
    throw new WasmRuntimeError('WW_ERR_ARTIFACT_INVALID', error.message, { cause: error });
  }
}
