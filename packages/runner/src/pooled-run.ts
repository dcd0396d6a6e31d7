import { fromErrorData, toRunEndError, WasmRuntimeError, type RunEnd } from '@wasmwhisk/runtime';
import type { RunTaskResult } from './messages.js';
import type { RunnerContainer, RunReport, RunRequest } from './runner.js';
import { outOfMemory, type WorkerSeat } from './worker-pool.js';

/** A run on its way through the pool. */
export interface PooledRun {
  readonly id: number;
  /** Its unit of trust. */
  readonly unit: string;
  readonly container: RunnerContainer;
  readonly request: RunRequest;
  readonly resolve: (report: RunReport) => void;
  readonly reject: (error: WasmRuntimeError) => void;
  readonly stopListening: () => void;
  readonly deadlineTimer: NodeJS.Timeout;
  readonly queuedAt: number;
  startedAt: number;
  seat: WorkerSeat | undefined;
  /** It was posted ahead, behind others on its thread. */
  slot: number | undefined;
  /** Why the run is being ended. */
  end: RunEnd | undefined;
  graceTimer: NodeJS.Timeout | undefined;
  logMessages: number;
  /** The answer, while output that belongs before it is still on its way. */
  answer: Exclude<RunTaskResult, { type: 'unknown-container' | 'revoked' | 'warmed' }> | undefined;
  settled: boolean;
}

/** A run that has not begun. */
export function createPooledRun(
  own: Pick<
    PooledRun,
    'id' | 'container' | 'request' | 'resolve' | 'reject' | 'stopListening' | 'deadlineTimer'
  >,
): PooledRun {
  return {
    ...own,
    unit: own.request.trustUnit,
    queuedAt: performance.now(),
    startedAt: 0,
    seat: undefined,
    slot: undefined,
    end: undefined,
    graceTimer: undefined,
    logMessages: 0,
    answer: undefined,
    settled: false,
  };
}

/** Why a run was ended from outside. Without a thread it never began, and its time was not its guest's to waste. */
export function endError({ end, seat }: PooledRun): WasmRuntimeError {
  return end?.type === 'timeout' && seat === undefined
    ? new WasmRuntimeError(
        'WW_ERR_RUNTIME_SATURATED',
        'No thread was free for the run before its deadline, and it did not begin.',
      )
    : toRunEndError(end);
}

export function lostError(endReason: string | undefined): WasmRuntimeError {
  return endReason === outOfMemory
    ? new WasmRuntimeError(
        'WW_ERR_RUN_MEMORY_LIMIT',
        'The action exhausted its memory and was aborted.',
      )
    : new WasmRuntimeError(
        'WW_ERR_RUN_LOST',
        `The thread of this run ended: ${endReason ?? 'for no known reason'}.`,
      );
}

export function isCloneError(error: unknown): boolean {
  return error instanceof Error && error.name === 'DataCloneError';
}

export function saturatedError(queueSizeMax: number): WasmRuntimeError {
  return new WasmRuntimeError(
    'WW_ERR_RUNTIME_SATURATED',
    `${String(queueSizeMax)} runs are waiting for a thread already, which is the limit, ` +
      'and no unit of trust has more of them than that of this run.',
  );
}

/** Gives a run's caller what came of it. */
export function giveAnswer(run: PooledRun, answer: NonNullable<PooledRun['answer']>): void {
  if (answer.type === 'failed') {
    run.reject(fromErrorData(answer.error));
    return;
  }
  run.resolve({
    result: answer.result,
    usage: answer.usage,
    queuedMs: performance.now() - run.queuedAt - answer.ranMs,
    ranMs: answer.ranMs,
  });
}
