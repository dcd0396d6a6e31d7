import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { OwnedProcess } from './owned-process.ts';

/** The engine's example `run_cost`, or why there is none. */
export type NativeRunCost =
  | {
      readonly type: 'found';
      readonly file: string;
      readonly profile: string;
      /** When it was compiled: what it measures is the engine of that time. */
      readonly builtAt: string;
    }
  | { readonly type: 'missing'; readonly note: string };

/** Times in microseconds. */
export interface NativeRunCostReport {
  readonly p50: number;
  readonly p99: number;
}

export interface NativeRunCostTask {
  readonly wasm: string;
  readonly guestInterface: string;
  /** Export that a run calls. */
  readonly entry: string;
  readonly input: string;
  readonly runs: number;
}

const profiles = ['release', 'quick'];
const build = 'cargo build --profile quick --package wasmwhisk-engine --example run_cost';

/** Looks where `npm run build:native` compiles, but never compiles: a cold engine takes minutes. */
export function findNativeRunCost(): NativeRunCost {
  const target =
    process.env['WASMWHISK_NATIVE_TARGET'] ??
    process.env['CARGO_TARGET_DIR'] ??
    join(homedir(), '.cache/wasmwhisk/native-target');
  for (const profile of profiles) {
    const file = join(target, profile, 'examples/run_cost');
    const builtAt = statSync(file, { throwIfNoEntry: false })?.mtime.toISOString();
    if (builtAt !== undefined) return { type: 'found', file, profile, builtAt };
  }
  return {
    type: 'missing',
    note: `skipped: wasmtime without JavaScript. There is no run_cost in ${target}; make it by \`${build}\``,
  };
}

export async function readNativeRunCost(
  file: string,
  { wasm, guestInterface, entry, input, runs }: NativeRunCostTask,
): Promise<NativeRunCostReport> {
  const args = [wasm, guestInterface, entry, input, String(runs)];
  await using child = new OwnedProcess(file, args, { keepsOutput: true });
  return JSON.parse(await child.output()) as NativeRunCostReport;
}
