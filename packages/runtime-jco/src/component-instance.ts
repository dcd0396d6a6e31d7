import { createPreview2Host, type Preview2HostOptions } from '@wasmwhisk/wasi';
import { toV8TrapError, WasmRuntimeError } from '@wasmwhisk/runtime';
import type { CompiledComponent } from './compiled-component.js';
import type { Glue } from './glue.js';
import { Suspension } from './suspension.js';

/** What a run needs, beside what it is given. */
export interface LoadedComponent {
  readonly compiled: CompiledComponent;
  readonly glue: Glue;
}

/** How the exported function ended that was called. */
export type CallOutcome =
  | { readonly type: 'returned'; readonly value: unknown }
  /** `error` is what was thrown; `returned` tells that the guest was done and its answer was the matter. */
  | { readonly type: 'threw'; readonly error: unknown; readonly returned: boolean };

export interface Call {
  readonly outcome: CallOutcome;
  /** Bytes of all memories that the core instances export. They never shrink. */
  readonly memoryBytes: number;
}

/** An answer that is no UTF-8: strings of a component are, and what is not traps. */
export class InvalidUtf8Error extends Error {
  override readonly name = 'InvalidUtf8Error';
}

/** What the guest of a call is given. */
export interface CallOptions extends Omit<Preview2HostOptions, 'onFailure' | 'onWaiting'> {
  readonly onWaiting?: ((waiting: boolean, memoryBytes: number) => void) | undefined;
}

/**
 * Makes a fresh instance, calls `run` of its interface, and frees all. Never rejects for what the
 * guest does.
 */
export async function callComponent(
  { compiled, glue }: LoadedComponent,
  args: readonly unknown[],
  hostOptions: CallOptions,
): Promise<Call> {
  const suspension = new Suspension();
  const instances = new CoreInstances(compiled);
  const host = createPreview2Host({
    ...hostOptions,
    onWaiting: (waiting) => {
      hostOptions.onWaiting?.(waiting, instances.memoryBytes());
    },
    onFailure: (reason) => {
      suspension.end(reason);
    },
  });
  const globals = { WebAssembly: suspension.globals, TextDecoder: StrictTextDecoder };
  try {
    const exported = glue(globals)(instances.findModule, host.imports, instances.instantiate);
    const answer = findRun(exported, compiled)(...args);
    const value = await Promise.race([answer, suspension.failed]);
    return { outcome: { type: 'returned', value }, memoryBytes: instances.memoryBytes() };
  } catch (error) {
    const { returned } = suspension;
    return { outcome: { type: 'threw', error, returned }, memoryBytes: instances.memoryBytes() };
  } finally {
    host.close();
  }
}

function findRun(
  exported: Readonly<Record<string, unknown>>,
  { exportName }: CompiledComponent,
): (...args: readonly unknown[]) => unknown {
  const instance = exported[exportName];
  if (typeof instance === 'object' && instance !== null && 'run' in instance) {
    const { run } = instance;
    if (typeof run === 'function') return run as (...args: readonly unknown[]) => unknown;
  }
  throw new WasmRuntimeError(
    'WW_ERR_GUEST_EXPORT_MISSING',
    `The component exports ${exportName} without a function "run".`,
  );
}

/** The core instances of one instance of a component. */
class CoreInstances {
  readonly #modules: ReadonlyMap<string, WebAssembly.Module>;
  readonly #left: Map<WebAssembly.Module, number>;
  readonly #memories = new Set<WebAssembly.Memory>();

  constructor({ coreModules }: CompiledComponent) {
    this.#modules = new Map(coreModules.map(({ name, module }) => [name, module]));
    this.#left = new Map(coreModules.map(({ module, instances }) => [module, instances]));
  }

  readonly findModule = (name: string): WebAssembly.Module => {
    const module = this.#modules.get(name);
    if (module === undefined) throw fault(`The glue asks for an unknown core module ${name}.`);
    return module;
  };

  readonly instantiate = (
    module: WebAssembly.Module,
    imports?: WebAssembly.Imports,
  ): WebAssembly.Instance => {
    // The memory limit was shared out among so many instances and no more.
    const left = this.#left.get(module) ?? 0;
    if (left === 0) throw fault('The glue makes more core instances than were counted.');
    this.#left.set(module, left - 1);
    const instance = instantiateModule(module, imports);
    for (const exported of Object.values(instance.exports))
      if (exported instanceof WebAssembly.Memory) this.#memories.add(exported);
    return instance;
  };

  memoryBytes(): number {
    let bytes = 0;
    for (const memory of this.#memories) bytes += memory.buffer.byteLength;
    return bytes;
  }
}

function instantiateModule(
  module: WebAssembly.Module,
  imports: WebAssembly.Imports | undefined,
): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (error) {
    // A start function may overflow its stack; any other range error means that V8 has no memory or
    // address space left: an exhausted host and not the guest's limit.
    if (error instanceof RangeError && toV8TrapError(error) === undefined)
      throw fault(`The host has no memory for another instance: ${error.message}.`);
    throw error;
  }
}

function fault(message: string): WasmRuntimeError {
  return new WasmRuntimeError('WW_ERR_RUNTIME_INTERNAL', message);
}

/** Decodes as the canonical ABI does: no replacement characters, and a byte order mark is text. */
class StrictTextDecoder {
  readonly #decoder: InstanceType<typeof TextDecoder>;

  constructor(encoding?: string) {
    this.#decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  }

  decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      throw new InvalidUtf8Error('a string of the guest is not encoded as it should be', { cause });
    }
  }
}
