import type { CreateRuntime } from '@wasmwhisk/runtime';
import { WasmerRuntime } from './wasmer-runtime.js';

/** Makes the runtime `wasmer`: core modules on V8 with Wasmer's WASI host. Guests never give their thread back. */
export const createRuntime: CreateRuntime = () => new WasmerRuntime();
