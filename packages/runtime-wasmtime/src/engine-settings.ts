import { availableParallelism } from 'node:os';
import type { EngineOptions } from '@wasmwhisk/runtime';
import type { EngineSettingsData } from './native.js';

const mebibyte = 1024 * 1024;

/** Fills the defaults in, which `EngineOptions` documents. */
export function resolveEngineSettings(options: EngineOptions = {}): EngineSettingsData {
  return {
    threads: options.threads ?? availableParallelism(),
    runsMax: options.runsMax ?? 1000,
    queueSizeMax: options.queueSizeMax ?? 1000,
    waitingMemoryBytesMax: options.waitingMemoryBytesMax ?? 4096 * mebibyte,
    compileJobsMax: options.compileJobsMax ?? 1,
    fuel: options.fuel ?? 0,
    codeCacheFolder: options.codeCache?.folder ?? '',
    codeCacheBytesMax: options.codeCache?.bytesMax ?? 0,
  };
}
