import { clockResolutionNs, monotonicClockNs, wallClockNs } from '../core/clocks.js';
import { WasiError } from '../core/errno.js';
import { ProcessExit } from '../core/process-exit.js';
import { fillRandom } from '../core/random.js';
import type { Preview1Run } from './preview1-run.js';

export function argsSizesGet(run: Preview1Run, count: number, byteLength: number): void {
  run.memory.setU32(count, run.args.count);
  run.memory.setU32(byteLength, run.args.byteLength);
}

export function argsGet(run: Preview1Run, list: number, strings: number): void {
  run.args.write(run.memory, list, strings);
}

export function environSizesGet(run: Preview1Run, count: number, byteLength: number): void {
  run.memory.setU32(count, run.environment.count);
  run.memory.setU32(byteLength, run.environment.byteLength);
}

export function environGet(run: Preview1Run, list: number, strings: number): void {
  run.environment.write(run.memory, list, strings);
}

/** `clockid`: those of CPU time are refused, since the thread is not the guest's alone. */
export const clockIds: { readonly wall: 0; readonly monotonic: 1 } = { wall: 0, monotonic: 1 };

export function clockResGet(run: Preview1Run, id: number, resolution: number): void {
  if (id === clockIds.wall) run.memory.setU64(resolution, clockResolutionNs.wall);
  else if (id === clockIds.monotonic) run.memory.setU64(resolution, clockResolutionNs.monotonic);
  else throw new WasiError('EINVAL');
}

/** `_precision` is a wish that we exceed anyway. */
export function clockTimeGet(run: Preview1Run, id: number, _precision: bigint, time: number): void {
  if (id === clockIds.wall) run.memory.setU64(time, wallClockNs());
  else if (id === clockIds.monotonic) run.memory.setU64(time, monotonicClockNs());
  else throw new WasiError('EINVAL');
}

export function randomGet(run: Preview1Run, pointer: number, length: number): void {
  fillRandom(run.memory.bytes(pointer, length));
}

export function procExit(_run: Preview1Run, exitCode: number): never {
  throw new ProcessExit(exitCode >>> 0);
}

/** Guests have no signals. */
export function procRaise(): never {
  throw new WasiError('ENOSYS');
}

/** There is nobody to yield to: other guests of this thread go on when this one waits or ends. */
export function schedYield(): void {
  // Succeeds.
}

/** Sockets: there are none, so every descriptor is either none at all or something else. */
export function sockRefused(run: Preview1Run, fd: number): never {
  run.table.get(fd);
  throw new WasiError('ENOTSOCK');
}
