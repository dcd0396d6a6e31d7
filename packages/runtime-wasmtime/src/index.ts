import type { CreateRuntime } from '@wasmwhisk/runtime';
import { WasmtimeRuntime } from './wasmtime-runtime.js';

/**
 * Makes the runtime. Belongs on the main thread: the engine has threads of its own.
 *
 * @throws WasmRuntimeError `WW_ERR_RUNTIME_UNAVAILABLE` when there is no native engine for this system
 */
export const createRuntime: CreateRuntime = (options) => new WasmtimeRuntime(options);

export { findMissingAddon, type AddonHost, type LoadAddonOptions } from './load-addon.js';
export { WasmtimeRuntime } from './wasmtime-runtime.js';
