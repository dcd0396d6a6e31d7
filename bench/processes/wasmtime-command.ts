import { accessSync, constants } from 'node:fs';
import { OwnedProcess } from './owned-process.ts';

/** Names the `wasmtime` command line; `--wasmtime PATH` wins. */
export const wasmtimeVariable = 'WASMWHISK_BENCH_WASMTIME';

/** Where the command line is, or why nothing is compared with it. */
export type WasmtimeCommand =
  | { readonly type: 'found'; readonly file: string }
  | { readonly type: 'missing'; readonly note: string };

export function findWasmtimeCommand(file: string | undefined): WasmtimeCommand {
  if (file === undefined || file === '')
    return {
      type: 'missing',
      note: `skipped: the wasmtime command line is not named; set ${wasmtimeVariable} or --wasmtime PATH`,
    };
  try {
    accessSync(file, constants.X_OK);
    return { type: 'found', file };
  } catch {
    return { type: 'missing', note: `skipped: ${file} is no program that can be run` };
  }
}

/** Its version, such as `wasmtime 48.0.2`. */
export async function readVersion(file: string): Promise<string> {
  await using child = new OwnedProcess(file, ['--version'], { keepsOutput: true });
  return (await child.output()).trim().split(' ').slice(0, 2).join(' ');
}

/** Compiles ahead of time, so that what follows only runs. */
export async function compileAhead(file: string, wasm: string, out: string): Promise<void> {
  await using child = new OwnedProcess(file, ['compile', '-o', out, wasm], { keepsOutput: true });
  await child.output();
}

/** What one process took, in milliseconds. */
export interface ProcessTimes {
  readonly wallMs: number;
  /** CPU time of the user and of the kernel for it. */
  readonly cpuMs: number;
}

/** Runs a command module from start to end and asks the shell what it took. */
export async function timeCommand(file: string, precompiled: string): Promise<ProcessTimes> {
  const args = ['run', '--allow-precompiled', precompiled];
  // Node.js does not tell the CPU time of a child that has ended; bash does, to the millisecond.
  const script = 'TIMEFORMAT="TIMES %R %U %S"; time "$0" "$@" 2>/dev/null';
  await using child = new OwnedProcess('bash', ['-c', script, file, ...args], {
    keepsOutput: true,
    env: { LC_ALL: 'C' },
  });
  await child.output();
  const told = /^TIMES (\S+) (\S+) (\S+)$/m.exec(child.errors);
  if (told === null) throw new Error(`bash did not tell the time of ${precompiled}.`);
  const [wall, user, system] = told.slice(1).map((seconds) => Number(seconds) * 1000);
  return { wallMs: wall ?? 0, cpuMs: (user ?? 0) + (system ?? 0) };
}
