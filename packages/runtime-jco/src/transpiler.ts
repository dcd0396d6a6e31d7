import { Worker } from 'node:worker_threads';
import { WasmRuntimeError } from '@wasmwhisk/runtime';
import type { Transpiled, TranspiledMessage, TranspileMessage } from './transpile-message.js';

/** Longest time for one component; those of 12 MB take 2 s. */
const transpileMsMax = 60_000;

/** How long the thread is kept for a next component. It holds some 100 MB. */
const idleMsMax = 10_000;

/**
 * jco-transpile in a thread of its own, which lives while it is needed.
 *
 * - jco is itself a component, and some valid components make it panic. After that it refuses all
 *   work, for everybody: the thread is ended after every refusal.
 * - It loads preview2-shim, which starts a helper thread in the thread that loads it, and both end
 *   together.
 * - It holds its thread for as long as it works, and nothing else bounds that.
 */
export class Transpiler {
  #worker: Worker | undefined;
  /** Settles when the work before is done: one component at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  /** @throws WasmRuntimeError `WW_ERR_GUEST_COMPILE` with what jco said */
  transpile(component: Uint8Array): Promise<Transpiled> {
    const turn = this.#turn.then(() => this.#transpile(component));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the thread. Work in progress fails. Idempotent. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #transpile(component: Uint8Array): Promise<Transpiled> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= startWorker());
    worker.ref();
    try {
      const answer = await ask(worker, { component });
      if (answer.type === 'refused') throw refusal(answer.reason);
      return answer.transpiled;
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      worker.unref();
      if (this.#worker === worker)
        this.#idle = setTimeout(() => void this.close(), idleMsMax).unref();
    }
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./transpile-worker.js', import.meta.url), {
    name: 'wasmwhisk-transpile',
    env: {},
    // jco prints its panics. They stay here unread: a stream that is read keeps the process alive.
    stdout: true,
    stderr: true,
  });
}

function ask(worker: Worker, message: TranspileMessage): Promise<TranspiledMessage> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit');
      // A thread that fails later, while it is idle or ending, has nobody to tell.
      worker.on('error', () => undefined);
    };
    const timer = setTimeout(() => {
      settle();
      reject(refusal(`it takes more than ${String(transpileMsMax / 1000)} s`));
    }, transpileMsMax);
    worker.on('message', (answer: TranspiledMessage) => {
      settle();
      resolve(answer);
    });
    worker.on('error', (error) => {
      settle();
      reject(toThreadError(error));
    });
    worker.on('exit', () => {
      settle();
      reject(new WasmRuntimeError('WW_ERR_RUN_ABORTED', 'The runtime was closed.'));
    });
    worker.postMessage(message);
  });
}

function refusal(reason: string): WasmRuntimeError {
  return new WasmRuntimeError(
    'WW_ERR_GUEST_COMPILE',
    `The component cannot be transpiled: ${reason}.`,
  );
}

function toThreadError(error: unknown): WasmRuntimeError {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return refusal('it takes too much memory');
  return new WasmRuntimeError(
    'WW_ERR_RUNTIME_UNAVAILABLE',
    `jco cannot be run: ${error instanceof Error ? error.message : String(error)}`,
    { cause: error },
  );
}
