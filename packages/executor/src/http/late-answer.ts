import type { Socket } from 'node:net';
import type { RunRequestBody } from '@wasmwhisk/protocol';
import { isWasmRuntimeError } from '@wasmwhisk/runtime';
import type { ExecutorConfig } from '../config/schema.js';

/**
 * Whether a run failed because the deadline came that its caller named. OpenWhisk's invoker notes a timeout
 * only when it gives up waiting itself: an answer before that would be recorded as another error.
 */
export function isLate(
  error: unknown,
  { deadlineEpochMs }: RunRequestBody,
  { deadlineMarginMs }: ExecutorConfig['limits'],
): boolean {
  return (
    isWasmRuntimeError(error) &&
    error.code === 'WW_ERR_RUN_TIMEOUT' &&
    deadlineEpochMs !== undefined &&
    Date.now() >= deadlineEpochMs - deadlineMarginMs
  );
}

/** Waits until the other end of a connection closes it, at most so long. */
export function untilClosed(socket: Socket, waitMs: number): Promise<void> {
  if (socket.destroyed || waitMs === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      socket.off('close', end);
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    socket.once('close', end);
  });
}
