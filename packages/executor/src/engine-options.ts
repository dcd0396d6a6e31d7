import path from 'node:path';
import type { EngineOptions } from '@wasmwhisk/runtime';
import type { ExecutorConfig } from './config/schema.js';

/** What runtimes with threads of their own are told of the configuration. */
export function toEngineOptions({ runtime, limits }: ExecutorConfig): EngineOptions {
  const { threads, runsMax, queueSizeMax, waitingMemoryBytesMax, preparationThreads } = runtime;
  const { codeCacheFolder, codeCacheBytesMax } = runtime;
  const { fuel } = limits;
  return {
    ...(threads === 0 ? {} : { threads }),
    runsMax,
    queueSizeMax,
    waitingMemoryBytesMax,
    compileJobsMax: preparationThreads,
    ...(fuel === 0 ? {} : { fuel }),
    ...(codeCacheFolder === ''
      ? {}
      : { codeCache: { folder: path.resolve(codeCacheFolder), bytesMax: codeCacheBytesMax } }),
  };
}
