// A fake with threads of its own, which says what it was created with. The test takes it from
// `executor.runtimes`.
import { FakeWasmRuntime } from '@wasmwhisk/runtime';

export function createRuntime(options) {
  const runtime = new FakeWasmRuntime({ name: 'wasmtime', threading: 'own' });
  runtime.engineOptions = options.engine;
  runtime.status = () => ({
    threads: 2,
    busyThreads: 0,
    waitingRuns: 0,
    runningRuns: runtime.runsInProgress,
    queuedRuns: 0,
    queueSizeMax: options.engine.queueSizeMax,
  });
  return runtime;
}
