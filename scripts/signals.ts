import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

const endings: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const graceMs = 5000;

/**
 * Waits for a child and hands it the signals that come in the meantime. Ends this process with the child
 * when a signal came, or when the process that started us vanished (its IPC channel closed).
 *
 * @returns The exit code; 128 + signal number for a child that a signal ended.
 */
export async function passSignalsOn(child: ChildProcess): Promise<number> {
  let ending: NodeJS.Signals | undefined;
  let forced: NodeJS.Timeout | undefined;
  const end = (signal: NodeJS.Signals): void => {
    ending ??= signal;
    child.kill(signal);
    forced ??= setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  const onDisconnect = (): void => {
    end('SIGTERM');
  };
  for (const signal of endings) process.on(signal, end);
  process.on('disconnect', onDisconnect);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    if (ending !== undefined) process.exit(128 + constants.signals[ending]);
    return exitCode;
  } finally {
    clearTimeout(forced);
    for (const signal of endings) process.off(signal, end);
    process.off('disconnect', onDisconnect);
  }
}
