import { functionExport, type CoreFunction } from '@wasmwhisk/runtime';
import {
  Preview1Host,
  ProcessExit,
  type SleepOptions,
  type WasiHostOptions,
} from '@wasmwhisk/wasi';
import { toGuestError } from './errors.js';
import { createHttpGet } from './http-stand-in.js';
import type { LinkedGuest } from './linked-guest.js';
import type { MemoryPool } from './memory-pool.js';
import { memoryImport } from './prepare-module.js';

/** What one run of a guest is given. */
export interface GuestRequest extends Omit<WasiHostOptions, 'onWaiting'> {
  readonly signal: AbortSignal;
  readonly onWaiting: (waiting: boolean, memoryBytes: number) => void;
}

/** A fresh instance, as long as its run lasts. */
export interface Guest {
  readonly exports: WebAssembly.Exports;
  /** Calls an export, through JSPI when the guest may wait. Exit code 0 is a normal end and gives `undefined`. */
  readonly call: (name: string, args?: readonly unknown[]) => Promise<unknown>;
}

export interface GuestEnd<Result> {
  readonly result: Result;
  readonly memoryBytes: number | undefined;
}

/**
 * Makes a fresh instance, lets `use` work with it, and frees all that it had, however it ended.
 *
 * The memory is given back only when nothing of the guest can run any more: `use` has settled then,
 * and with it every promise of a suspended guest.
 *
 * @throws WasmRuntimeError as the guest failed, see `toGuestError`
 */
export async function runGuest<Result>(
  linked: LinkedGuest,
  pool: MemoryPool,
  request: GuestRequest,
  use: (guest: Guest) => Promise<Result>,
): Promise<GuestEnd<Result>> {
  const { code } = linked;
  const pooled = code.memory === undefined ? undefined : pool.take(code.memory);
  let host: Preview1Host | undefined;
  let memories: readonly WebAssembly.Memory[] = pooled === undefined ? [] : [pooled];
  const onWaiting = (waiting: boolean): void => {
    // Memories that the guest keeps to itself cannot be seen: they may be as large as they may be.
    const memoryBytes = pooled === undefined ? code.memoryBytesMax : pooled.buffer.byteLength;
    request.onWaiting(waiting, memoryBytes);
  };
  const hostOptions = { ...request, onWaiting, suspending: linked.waits };
  try {
    host = linked.wasi.length === 0 ? undefined : new Preview1Host(hostOptions);
    if (pooled !== undefined) host?.attachMemory(pooled);
    const imports = buildImports(linked, hostOptions, host, pooled);
    const { exports } = new WebAssembly.Instance(code.module, imports);
    if (pooled === undefined) {
      memories = exportedMemories(exports);
      const { memory } = exports;
      if (memory instanceof WebAssembly.Memory) host?.attachMemory(memory);
    }
    const result = await use({
      exports,
      call: (name, args = []) => callExport(functionExport(exports, name), args, linked.waits),
    });
    // A guest can catch the exception that was to unwind it, and go on to a result.
    request.signal.throwIfAborted();
    return { result, memoryBytes: bytesOf(memories) };
  } catch (error) {
    throw toGuestError({
      error,
      signal: request.signal,
      memoryBytes: bytesOf(memories),
      memoryBytesMax: code.memoryBytesMax,
    });
  } finally {
    host?.close();
    if (pooled !== undefined && code.memory !== undefined) pool.give(code.memory, pooled);
  }
}

async function callExport(
  exported: CoreFunction,
  args: readonly unknown[],
  waits: boolean,
): Promise<unknown> {
  try {
    return waits ? await WebAssembly.promising(exported)(...args) : exported(...args);
  } catch (error) {
    if (error instanceof ProcessExit && error.exitCode === 0) return undefined;
    throw error;
  }
}

function buildImports(
  linked: LinkedGuest,
  request: SleepOptions,
  host: Preview1Host | undefined,
  memory: WebAssembly.Memory | undefined,
): WebAssembly.Imports {
  const imports: WebAssembly.Imports = {};
  if (memory !== undefined) imports[memoryImport.module] = { [memoryImport.name]: memory };
  for (const { version, names } of linked.wasi)
    if (host !== undefined) imports[version] = host.imports(version, names);
  if (linked.httpGet) imports['http'] = { get: new WebAssembly.Suspending(createHttpGet(request)) };
  return imports;
}

function exportedMemories(exports: WebAssembly.Exports): readonly WebAssembly.Memory[] {
  const memories = Object.values(exports).filter((value) => value instanceof WebAssembly.Memory);
  return [...new Set(memories)];
}

/** Memories never shrink, so what is in use at the end is the most that was. */
function bytesOf(memories: readonly WebAssembly.Memory[]): number | undefined {
  if (memories.length === 0) return undefined;
  return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
