/** Entry of the threads that unpack and compile, so that neither holds up the event loop. */
import { isMainThread, workerData } from 'node:worker_threads';
import { RuntimeSource } from '@wasmwhisk/runner';
import { toErrorData } from '@wasmwhisk/runtime';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { isIntakeError } from '../intake/intake-error.js';
import { takeCode } from '../intake/intake.js';
import type { PreparationResult, PreparationSettings, PreparationTask } from './messages.js';

if (isMainThread)
  throw new Error('preparation-worker.js is the entry of a thread and must not be imported');

const runtimes = new RuntimeSource((workerData as PreparationSettings).runtimes);

/** The pool's task function. */
export default async function prepare(task: PreparationTask): Promise<unknown> {
  try {
    if (task.type === 'precompile') {
      const runtime = await runtimes.get(task.runtime);
      const compiled = await runtime.precompile(task.artifact, task.limits);
      return { type: 'compiled', compiled } satisfies PreparationResult;
    }
    const taken = await takeCode(task);
    const result: PreparationResult = { type: 'taken', taken };
    return move({
      [transferableSymbol]: [taken.artifact.bytes.buffer],
      [valueSymbol]: result,
    });
  } catch (error) {
    if (isIntakeError(error))
      return {
        type: 'refused',
        stage: error.stage,
        reason: error.message,
      } satisfies PreparationResult;
    return { type: 'failed', error: toErrorData(error) } satisfies PreparationResult;
  }
}
