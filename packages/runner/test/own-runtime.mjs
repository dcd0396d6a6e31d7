// A fake with threads of its own, whose instances the test can see.
import { FakeWasmRuntime } from '@wasmwhisk/runtime';

/** Every runtime that was created in this thread. */
export const instances = [];

export function createRuntime(options) {
  const runtime = new FakeWasmRuntime({ name: 'own', threading: 'own' });
  runtime.status = () => ({
    threads: options.engine?.threads ?? 2,
    busyThreads: 0,
    waitingRuns: 0,
    runningRuns: runtime.runsInProgress,
    queuedRuns: 0,
    queueSizeMax: 10,
  });
  instances.push(runtime);
  return runtime;
}
