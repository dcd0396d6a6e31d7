import {
  WasmRuntimeError,
  type CreateRuntime,
  type RuntimeOptions,
  type WasmRuntime,
} from '@wasmwhisk/runtime';

/** Where the runtimes come from: name to URL of a module that exports `createRuntime`. Plain data. */
export type RuntimeModules = Readonly<Record<string, string>>;

/** Loads runtimes by name when they are first needed, and keeps one of each. */
export class RuntimeSource {
  readonly modules: RuntimeModules;
  readonly #options: RuntimeOptions;
  readonly #runtimes = new Map<string, Promise<WasmRuntime>>();
  readonly #loaded = new Map<string, WasmRuntime>();

  constructor(modules: RuntimeModules, options: RuntimeOptions = {}) {
    this.modules = modules;
    this.#options = options;
  }

  /** Every name that it knows. */
  get names(): readonly string[] {
    return Object.keys(this.modules);
  }

  /** The runtimes that are loaded by now. */
  loaded(): Iterable<WasmRuntime> {
    return this.#loaded.values();
  }

  /** @throws WasmRuntimeError `WW_ERR_RUNTIME_UNAVAILABLE` */
  get(name: string): Promise<WasmRuntime> {
    let runtime = this.#runtimes.get(name);
    if (runtime === undefined) {
      runtime = this.#load(name);
      this.#runtimes.set(name, runtime);
      // A failed load is tried again by the next caller.
      runtime.catch(() => this.#runtimes.delete(name));
    }
    return runtime;
  }

  async close(): Promise<void> {
    const runtimes = await Promise.allSettled(this.#runtimes.values());
    this.#runtimes.clear();
    this.#loaded.clear();
    for (const runtime of runtimes) if (runtime.status === 'fulfilled') await runtime.value.close();
  }

  async #load(name: string): Promise<WasmRuntime> {
    const url = this.modules[name];
    if (url === undefined)
      throw new WasmRuntimeError(
        'WW_ERR_RUNTIME_UNAVAILABLE',
        `There is no runtime "${name}"; there are ${this.names.join(', ')}.`,
      );
    try {
      const loaded = (await import(url)) as { readonly createRuntime?: CreateRuntime };
      if (typeof loaded.createRuntime !== 'function')
        throw new TypeError('the module exports no createRuntime');
      const runtime = loaded.createRuntime(this.#options);
      this.#loaded.set(name, runtime);
      return runtime;
    } catch (cause) {
      throw new WasmRuntimeError(
        'WW_ERR_RUNTIME_UNAVAILABLE',
        `The runtime "${name}" could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
}
