import { sleep, type SleepOptions } from '@wasmwhisk/wasi';

const requestNs = 300_000_000n;

/**
 * `http.get` of the forerunner's guests, a stand-in for a request: takes no address, waits for 300 ms and
 * answers 0. Wrapped in `WebAssembly.Suspending`, the guest gives its thread back.
 */
export function createHttpGet(options: SleepOptions): () => Promise<number> {
  return async () => {
    await sleep(requestNs, options);
    return 0;
  };
}
