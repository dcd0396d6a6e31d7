import { createHash } from 'node:crypto';
import { isExecutorError, type Executor } from '@wasmwhisk/executor';
import { initFailedText } from '@wasmwhisk/protocol';
import { isWasmRuntimeError } from '@wasmwhisk/runtime';
import type { CodeExecBody } from '../entities/exec-body.js';
import { Rejection } from '../rejections.js';

/**
 * Refuses code that can never run: archive, module, imports and exports are looked at as the first
 * invocation would, in the executor's thread for it, and nothing is compiled.
 *
 * @throws Rejection `WW_ERR_API_CODE`
 */
export async function assertCodeCanRun(
  executor: Pick<Executor, 'checkCode'>,
  { code: { bytes, binary }, main = 'main' }: CodeExecBody,
): Promise<void> {
  const digest = createHash('sha256').update(bytes).digest('hex');
  try {
    await executor.checkCode({ code: { digest, load: () => bytes }, binary, main });
  } catch (error) {
    if (!isFaultOfCode(error)) throw error;
    // The executor speaks of its `/init`, which is not here yet.
    const reason = error.message.replace(initFailedText(''), '');
    throw new Rejection('WW_ERR_API_CODE', `The code cannot run: ${reason}`, { cause: error });
  }
}

function isFaultOfCode(error: unknown): error is Error {
  return isWasmRuntimeError(error)
    ? error.blame === 'developer'
    : isExecutorError(error) && error.code !== 'WW_ERR_EXECUTOR_INTERNAL';
}
