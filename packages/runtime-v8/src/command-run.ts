import {
  WasmRuntimeError,
  type CommandOutcome,
  type CommandRun,
  type HttpGrant,
} from '@wasmwhisk/runtime';
import { ProcessExit } from '@wasmwhisk/wasi';
import { runGuest } from './guest-run.js';
import { linkGuest } from './linked-guest.js';
import type { MemoryPool } from './memory-pool.js';
import type { V8Code } from './v8-code.js';

const noHttp: HttpGrant = { type: 'denied', reason: 'A plain command has no network.' };

/** Runs `_start` as a terminal would: any exit code is an outcome, only traps are errors. */
export async function runPlainCommand(
  code: V8Code,
  pool: MemoryPool,
  command: CommandRun,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  if (!code.functions.has('_start'))
    throw new WasmRuntimeError(
      'WW_ERR_ARTIFACT_UNSUPPORTED',
      'The module is no command: it does not export _start.',
    );
  const linked = linkGuest(code, noHttp);
  const { result } = await runGuest(
    linked,
    pool,
    {
      args: command.args,
      environment: command.environment,
      stdio: {
        stdin: { read: command.readStdin },
        stdout: command.writeStdout,
        stderr: command.writeStderr,
      },
      preopens: command.directories,
      signal,
      onWaiting: () => undefined,
    },
    async ({ call }): Promise<CommandOutcome> => {
      try {
        await call('_start');
        return { exitCode: 0 };
      } catch (error) {
        if (!(error instanceof ProcessExit)) throw error;
        return { exitCode: error.exitCode };
      }
    },
  );
  return result;
}
