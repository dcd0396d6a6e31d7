import type { CreateRuntime } from '@wasmwhisk/runtime';
import { V8Runtime } from './v8-runtime.js';

/** Makes the runtime. Worker threads load this package by its URL and call it. */
export const createRuntime: CreateRuntime = (options) => new V8Runtime(options);

export { V8Runtime } from './v8-runtime.js';
